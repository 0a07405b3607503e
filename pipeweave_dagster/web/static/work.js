// What forms cannot do by themselves; without this script every page still works.
'use strict';

// A file: by drag and drop, its size checked before it is sent, and its progress shown.
for (const form of document.querySelectorAll('form[data-upload]')) {
  const input = form.querySelector('input[type=file]');
  const note = form.querySelector('[data-note]');
  const problem = form.querySelector('[data-problem]');
  const bar = form.querySelector('progress');
  const button = form.querySelector('button');
  const most = Number(form.dataset.upload);
  const say = text => { problem.textContent = text; problem.hidden = !text; };
  const sizeOf = bytes => {
    if (bytes < 1024) return `${bytes} bytes`;
    const [unit, name] = bytes < 1048576 ? [1024, 'kB'] : [1048576, 'MB'];
    return `${(bytes / unit).toLocaleString('en', {maximumSignificantDigits: 3})} ${name}`;
  };
  const tooLarge = () => input.files[0] && input.files[0].size > most;
  const chosen = () => {
    const file = input.files[0];
    note.textContent = file
      ? `${file.name}, ${sizeOf(file.size)}`
      : 'Choose a file, or drop it here.';
    say(tooLarge() ? `The file is larger than ${Math.floor(most / 1048576)} MB.` : '');
  };
  input.addEventListener('change', chosen);
  const zone = form.querySelector('[data-drop]');
  for (const kind of ['dragenter', 'dragover', 'dragleave', 'drop'])
    zone.addEventListener(kind, event => {
      event.preventDefault();
      zone.classList.toggle('over', kind === 'dragenter' || kind === 'dragover');
    });
  zone.addEventListener('drop', event => {
    if (!event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    chosen();
  });
  form.addEventListener('submit', event => {
    event.preventDefault();
    if (tooLarge()) { chosen(); return; }
    const request = new XMLHttpRequest();
    const ended = text => { button.disabled = false; bar.hidden = true; say(text); };
    request.open('POST', form.action);
    request.setRequestHeader('Accept', 'application/json');
    request.upload.addEventListener('progress', e => { bar.value = e.loaded / e.total; });
    request.upload.addEventListener('load', () => { bar.removeAttribute('value'); });
    request.addEventListener('error', () => ended('The server did not answer. Try again.'));
    request.addEventListener('load', () => {
      if (request.status < 400) { location.assign(request.responseURL); return; }
      let text = 'The file was refused.';
      try { text = JSON.parse(request.responseText).message; } catch { /* no envelope */ }
      ended(text);
    });
    say('');
    button.disabled = true;
    bar.hidden = false;
    request.send(new FormData(form));
  });
}

// A part of the page that changes by itself, until it says that it is done.
for (const part of document.querySelectorAll('[data-poll]')) {
  const again = async () => {
    let done = false;
    try {
      const answer = await fetch(part.dataset.poll, {headers: {Accept: 'text/html'}});
      if (answer.ok) {
        const text = await answer.text();
        if (text !== part.dataset.last) {
          part.dataset.last = text;
          part.innerHTML = text;
        }
        done = Boolean(part.querySelector('[data-done]'));
      }
    } catch { /* the server is away for a moment */ }
    if (!done) setTimeout(again, 2000);
  };
  if (!part.querySelector('[data-done]')) setTimeout(again, 1000);
}

// A form whose result is shown beside it as soon as a value changes.
for (const form of document.querySelectorAll('form[data-live]')) {
  const result = document.getElementById(form.dataset.live);
  let timer = 0;
  let asked = 0;
  const ask = async () => {
    const mine = ++asked;
    result.setAttribute('aria-busy', 'true');
    const body = new FormData(form);
    body.set('part', 'yes');
    try {
      const answer = await fetch(form.action, {method: 'POST', body, headers: {Accept: 'text/html'}});
      const text = await answer.text();
      if (mine === asked && answer.headers.get('x-part')) result.innerHTML = text;
    } catch { /* the button still works */ }
    if (mine === asked) result.removeAttribute('aria-busy');
  };
  form.addEventListener('input', () => { clearTimeout(timer); timer = setTimeout(ask, 300); });
  form.addEventListener('submit', event => { event.preventDefault(); ask(); });
}

// Findings: how many have an answer, the next one without, and all proposals at once.
for (const form of document.querySelectorAll('form[data-answers]')) {
  const groups = [...form.querySelectorAll('[data-asked] .answer')];
  const least = Number(form.dataset.answers);
  const box = group => group.querySelector('.reason');
  const lacksReason = group => group.querySelector('[value=override]:checked')
    && box(group).value.trim().length < least;
  const isOpen = group => !group.querySelector('input:checked')?.value || lacksReason(group);
  const count = () => {
    const done = groups.filter(group => !isOpen(group)).length;
    const place = form.querySelector('[data-count]');
    if (place) place.textContent = `${done} of ${groups.length} answered`;
  };
  // A reason that was typed can be given again; all proposals of one kind can be accepted at once.
  let reason = '';
  const offer = () => {
    for (const again of form.querySelectorAll('[data-again]'))
      again.hidden = !reason || Boolean(box(again.closest('.answer')).value);
  };
  form.addEventListener('change', event => {
    if (event.target.matches('.reason')) reason = event.target.value.trim() || reason;
    offer();
  });
  form.addEventListener('click', event => {
    const again = event.target.closest('[data-again]');
    if (!again) return;
    const input = box(again.closest('.answer'));
    input.value = reason;
    input.focus();
    offer();
    count();
  });
  const accept = part => {
    for (const choice of part.querySelectorAll('[data-proposal]'))
      if (isOpen(choice.closest('fieldset'))) choice.checked = true;
    count();
  };
  for (const all of form.querySelectorAll('[data-group]')) {
    all.hidden = false;
    all.addEventListener('click', () => accept(all.closest('.group')));
  }
  form.querySelector('[data-all]')?.addEventListener('click', () => {
    accept(form.querySelector('[data-asked]'));
  });
  let last = -1;
  form.addEventListener('focusin', event => {
    const place = groups.indexOf(event.target.closest('.answer'));
    if (place >= 0) last = place;
  });
  form.addEventListener('input', count);
  // Who points at Override wants to type next; arrow keys only pass it on their way.
  let pointed = false;
  form.addEventListener('pointerdown', () => { pointed = true; });
  form.addEventListener('keydown', () => { pointed = false; });
  form.addEventListener('change', event => {
    if (pointed && event.target.value === 'override') box(event.target.closest('.answer')).focus();
  });
  const save = form.querySelector('[data-save]');
  const goOn = () => {
    const next = [...groups.slice(last + 1), ...groups.slice(0, last + 1)].find(isOpen);
    if (!next) { save.focus(); return; }
    next.closest('.finding').scrollIntoView({block: 'center'});
    (lacksReason(next) ? box(next) : next.querySelector('input')).focus({preventScroll: true});
  };
  form.querySelector('[data-next]')?.addEventListener('click', goOn);
  form.addEventListener('keydown', event => {  // else it would save what is not complete yet
    if (event.key !== 'Enter' || !event.target.matches('.reason, [type=radio]')) return;
    event.preventDefault();
    goOn();
  });
  let isSent = false;
  form.addEventListener('submit', () => { isSent = true; });
  addEventListener('pageshow', () => { isSent = false; });
  addEventListener('beforeunload', event => {
    const chosen = [...form.querySelectorAll('.answer input:checked')].some(choice => choice.value);
    if (chosen && !isSent) event.preventDefault();
  });
  for (const more of form.querySelectorAll('[data-script]')) more.hidden = false;
  count();
}

for (const part of document.querySelectorAll('[data-focus]')) part.focus();

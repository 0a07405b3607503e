"""PW216: texts that name the class are blocked, whatever surrounds the words; honest texts not."""

import numpy as np
import pytest

N = 1200
SYNONYMS = ["claim refused", "not accepted", "rejected by office", "denied"]


def texts(rng, y, words_of_yes, words_of_no, frame):
    words = [rng.choice(words_of_yes if v == "yes" else words_of_no) for v in y]
    return [frame.format(word=word, id=i) for i, word in enumerate(words)]


@pytest.mark.parametrize("frame", ["{word} ({id})", "file {id}: {word}", "{id}-{word}-{id}"])
@pytest.mark.parametrize("yes", [["refused"], SYNONYMS])
def test_an_outcome_between_ids_is_blocked(leaks, rng, frame, yes):
    y = rng.choice(["yes", "no"], N, p=[0.3, 0.7])
    note = texts(rng, y, yes, ["paid in full", "settled"], frame)
    found = leaks({"x": rng.normal(size=N), "note": note, "y": y})
    assert [f[0] for f in found if f[2] == "note" and f[1] in {"blocked", "fixed"}] == ["PW216"]


@pytest.mark.parametrize("form", ["{}{:05d}", "{}-{:05d}", "{}bcd{:05d}", "{:05d}{}"])
def test_an_id_with_a_letter_per_class_is_not_used(leaks, rng, form):
    y = rng.choice(["yes", "no"], N)
    letters = np.where(y == "yes", "R", "P")
    first = form.startswith("{}")
    keys = [form.format(*((w, i) if first else (i, w))) for i, w in enumerate(letters)]
    found = leaks({"x": rng.normal(size=N), "key": keys, "y": y})
    assert ("PW216", "fixed", "key") in found or ("PW216", "blocked", "key") in found


def test_one_word_per_class_of_several_is_blocked(leaks, rng):
    y = rng.choice(["fire", "theft", "water", "other"], N)
    note = [f"{name.upper()} case no {i} of {rng.integers(99)}" for i, name in enumerate(y)]
    found = leaks({"x": rng.normal(size=N), "note": note, "y": y}, "multiclass")
    assert ("PW216", "blocked", "note") in found or ("PW216", "fixed", "note") in found


@pytest.mark.parametrize("form", ["lot {0}: sold at {1:,.2f} kr", "{1:.2f} EUR ({0})", "#{0}/{1}"])
def test_a_text_that_states_the_number_is_blocked(leaks, rng, form):
    y = np.round(rng.gamma(3, 400, N), 2)
    text = [form.format(i, value) for i, value in enumerate(y)]
    found = leaks({"x": rng.normal(size=N), "text": text, "y": y}, "regression")
    assert [f[1] for f in found if f[0] == "PW216"] in (["blocked"], ["fixed"])
    other = [form.format(i, value) for i, value in enumerate(rng.permutation(y))]
    assert leaks({"x": rng.normal(size=N), "text": other, "y": y}, "regression") == []


def test_the_message_shows_the_longest_of_equally_good_words(findings_of, rng):
    y = rng.choice(["yes", "no"], N)
    note = [f"{'bill paid in full' if v == 'no' else 'is refused'} ({i})" for i, v in enumerate(y)]
    [found] = findings_of("PW216", {"x": rng.normal(size=N), "note": note, "y": y})
    assert "'refused' for class 'yes'" in found.message


def test_texts_with_words_that_only_tend_to_a_class_are_not_blocked(leaks, rng):
    y = rng.choice(["spam", "ham"], N)
    common = [f"w{i}x" for i in range(200)]
    words = {"spam": ["prize", "winner", *common], "ham": ["lunch", "meeting", *common]}
    note = [" ".join(rng.choice(words[v], 6)) + (" claim" if v == "spam" else "") for v in y]
    for row in range(0, N, 40):
        note[row] = "claim " + note[row] if y[row] == "ham" else note[row].replace("claim", "")
    assert not [f for f in leaks({"note": note, "y": y}) if f[0] == "PW216"]


def test_free_texts_without_a_relation_pass(leaks, rng):
    y = rng.choice(["yes", "no"], N, p=[0.05, 0.95])
    note = [" ".join(f"w{w}x" for w in rng.integers(0, 900, 8)) for _ in range(N)]
    assert leaks({"note": note, "y": y}) == []

"""Languages are detected by function words."""

import pytest

from pipeweave_dagster.core.eda.text_language import languages


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The cat sat on the mat and it was not amused", "English"),
        ("Der Hund ist nicht mit dem Ball im Garten", "German"),
        ("Le chat est dans la maison avec des amis", "French"),
        ("El perro no está en la casa por la noche", "Spanish"),
        ("xyzzy plugh", "unknown"),
    ],
)
def test_languages_are_detected_by_function_words(text, language):
    assert next(iter(languages([text] * 5))) == language

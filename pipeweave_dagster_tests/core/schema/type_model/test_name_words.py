"""Plain names have common words, made-up ones have none."""

from pipeweave_dagster.core.schema.type_model.name_words import COUNT, name_words


def test_plain_names_differ_from_made_up_ones():
    plain, made_up = name_words("house price"), name_words("s2p3fertx_qzl")
    assert len(plain) == len(made_up) == len(name_words("")) == COUNT
    assert plain[0] < made_up[0]
    assert plain[4] == plain[5] == 1.0
    assert made_up[4] == made_up[5] == 0.0

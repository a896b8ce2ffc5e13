import numpy as np

from groundct.phantom.corpus import corpus_specs
from groundct.phantom.make import make_phantom
from groundct.phantom.spec import PhantomSpec


def test_a_corpus_is_varied_and_repeats_by_seed():
    specs = corpus_specs(60, np.random.default_rng(4))
    assert specs == corpus_specs(60, np.random.default_rng(4))
    assert specs != corpus_specs(60, np.random.default_rng(5))
    assert {s.sex for s in specs} == {"female", "male"}
    assert len({f.category for s in specs for f in s.findings}) == 14
    assert {len(s.findings) for s in specs} >= {0, 1, 2, 3}


def test_all_of_a_corpus_can_be_made():
    like = PhantomSpec(shape=(80, 80, 64), orientation="RAS")
    for spec in corpus_specs(8, np.random.default_rng(11), like):
        made = make_phantom(spec)
        assert made.volume.stored.orientation == "RAS"
        assert len(made.findings) == len(spec.findings)

"""Who disturbs others: whoever takes most of a process while somebody else is about."""

from core.noise import Noise


def test_a_party_that_is_alone_is_never_noisy():
    noise = Noise(most=0.3)
    noise.arrives("loud", 10.0)
    noise.used("loud", 0.9, 10.0)

    assert not noise.is_noisy("loud", 10.0)


def test_a_party_that_takes_most_is_noisy_while_another_is_about():
    noise = Noise(most=0.3)
    noise.arrives("loud", 10.0)
    noise.used("loud", 0.9, 10.0)
    noise.arrives("calm", 10.1)
    noise.used("calm", 0.01, 10.1)

    assert noise.is_noisy("loud", 10.1)
    assert not noise.is_noisy("calm", 10.1)
    assert not noise.is_noisy("loud", 12.2), "nobody else was about for two seconds"


def test_what_was_used_fades():
    noise = Noise(most=0.3)
    noise.arrives("calm", 10.0)
    noise.used("loud", 0.9, 10.0)
    noise.arrives("calm", 11.2)

    assert not noise.is_noisy("loud", 11.2)


def test_whoever_was_noisy_a_moment_ago_is_so_again_with_its_first_request():
    noise = Noise(most=0.3)
    noise.arrives("calm", 10.0)
    noise.used("loud", 0.9, 10.0)
    assert noise.is_noisy("loud", 10.0)
    noise.arrives("calm", 20.0)

    assert noise.is_noisy("loud", 20.0)
    assert not noise.is_noisy("calm", 20.0)
    noise.arrives("calm", 26.0)
    assert not noise.is_noisy("loud", 26.0), "not for ever"


def test_of_two_that_take_the_same_none_is_noisy():
    noise = Noise(most=0.3)
    for party in ("one", "two"):
        noise.arrives(party, 10.0)
        noise.used(party, 0.9, 10.0)

    assert not noise.is_noisy("one", 10.0)
    assert not noise.is_noisy("two", 10.0)


def test_parties_that_are_gone_are_forgotten():
    noise = Noise()
    for number in range(1000):
        noise.arrives(number, 10.0)
        noise.used(number, 0.01, 10.0)
    noise.used("last", 0.01, 30.0)

    assert len(noise._seen) == 0
    assert len(noise._used) == 1

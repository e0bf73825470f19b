"""No visible string escapes the catalogues, and none of them has a hole."""

import json
import subprocess

import pytest

from launch import messages
from launch.bootstrap import WEB, find_node, node_environment


def read_by_the_client(source: str) -> dict:
    """What the client's reader finds in one source text."""
    folder, _ = find_node()
    script = (
        'import { readSource } from "./i18n/strings.ts";'
        "process.stdout.write(JSON.stringify(readSource('x.tsx', process.argv[1])))"
    )
    done = subprocess.run(
        [f"{folder}/node", "--input-type=module", "-e", script, source],
        cwd=WEB,
        env=node_environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def test_no_visible_string_of_the_client_escapes_translation():
    escaped = messages.read_client()["escaped"]

    assert [f"{e['file']}:{e['line']}: {e['text']!r} {e['why']}" for e in escaped] == []


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("const A = () => <p>Hello you</p>;", "stands as text"),
        ("const A = () => <p>{good ? 'Fine' : t('Bad')}</p>;", "stands as text"),
        ("const A = () => <p>{`${n} messages`}</p>;", "stands as text"),
        ("const A = () => <b title='Send it' />;", "is the title"),
        ("const A = () => <b aria-label={busy ? t('Wait') : 'Send'} />;", "is the aria-label"),
        ("const A = () => <input placeholder='Search' />;", "is the placeholder"),
        ("const menu = () => [{ id: 'pin', label: 'Pin it' }];", "is the label"),
        ("const a = () => toast('Done it');", "is told to a person"),
        ("const LABEL = t('Too early');", "while the module loads"),
        ("const a = () => t(words);", "is no literal"),
        ("const a = () => t('%(name)s left', { name });", "write {name}"),
    ],
)
def test_a_string_that_would_escape_is_found(source, why):
    escaped = read_by_the_client(source)["escaped"]

    assert len(escaped) == 1
    assert why in escaped[0]["why"]


def test_what_is_translated_or_no_word_is_left_alone():
    found = read_by_the_client(
        "const a = (n: 'some type') => <p class='some-class' title={t('Hi')}>"
        "{tn('{count} one', '{count} many', n)} · # {te('Press {key}', { key: <b /> })}</p>;"
    )

    assert found["escaped"] == []
    assert [(text["id"], text["plural"]) for text in found["strings"]] == [
        ("Hi", None),
        ("{count} one", "{count} many"),
        ("Press {key}", None),
    ]


def test_texts_of_templates_and_python_are_collected():
    template = (
        '{% load i18n %}{% translate "One" %} {% blocktranslate count n=n trimmed %}'
        "a {{ n }} {% plural %} many {{ n }}{% endblocktranslate %}"
        '{% translate "Post" context "a letter" %} {% trans "It\'s" as x %}'
    )
    python = 'x = _("Two"); y = ngettext("a", "b", n); z = _("long " "one") % {"a": f("no")}'

    from_template = [(t.id, t.plural, t.context) for t in messages.template_texts(template, "x")]
    from_python = [(t.id, t.plural, t.context) for t in messages.python_texts(python, "x")]

    assert from_template == [
        ("One", None, None),
        ("a %(n)s", "many %(n)s", None),
        ("Post", None, "a letter"),
        ("It's", None, None),
    ]
    assert sorted(from_python) == [("Two", None, None), ("a", "b", None), ("long one", None, None)]


def test_each_catalogue_has_each_text_translated():
    assert list(messages.check()) == []

"""In which order a bulk's operations are done: what is named by its bulkId before what names it.

No database here. Time and room grow with the operations and their references alone.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from typing import Any

import orjson

REFERENCE = re.compile(r"bulkId:([^\s\"/]+)")
REFERENCE_IN_DATA = re.compile(r"(?<=\")bulkId:([^\s\"/\\]+)(?=\\?\")")
"""A whole text, also within the path of a PATCH; what somebody wrote about one is left alone."""

_PREFIX = "bulkId:"
_GONE = object()


def turns(operations: Sequence[Any]) -> list[list[int]]:
    """The operations by their numbers, in turns: several at once where they name each other.

    Otherwise they stay in their order. Tarjan's strongly connected components, without recursion:
    a chain of a thousand is deep.
    """
    makers: dict[str, int] = {}
    for number, operation in enumerate(operations):
        if _is_post(operation) and operation.get("bulkId"):
            makers.setdefault(str(operation["bulkId"]), number)
    after = [
        [makers[name] for name in named(operation) if name in makers] for operation in operations
    ]
    return [sorted(turn) for turn in _components(after)]


def named(operation: Any) -> list[str]:
    """The bulkIds that an operation refers to, each once."""
    if not isinstance(operation, dict):
        return []
    data = orjson.dumps(operation.get("data")).decode()
    path = str(operation.get("path", ""))
    return list(dict.fromkeys([*REFERENCE.findall(path), *REFERENCE_IN_DATA.findall(data)]))


def pruned(data: Any, names: Collection[str]) -> Any:
    """The same without references to these; a `value` that is one goes with what it belongs to."""
    found = _pruned(data, {f"{_PREFIX}{name}" for name in names})
    return None if found is _GONE else found


def _pruned(data: Any, gone: Collection[str]) -> Any:
    if isinstance(data, str):
        return _GONE if data in gone else data
    if isinstance(data, list):
        kept = [_pruned(each, gone) for each in data]
        return [each for each in kept if each is not _GONE]
    if isinstance(data, dict):
        fields = {key: _pruned(value, gone) for key, value in data.items()}
        if fields.get("value") is _GONE:
            return _GONE
        return {key: value for key, value in fields.items() if value is not _GONE}
    return data


def _is_post(operation: Any) -> bool:
    return isinstance(operation, dict) and str(operation.get("method", "")).upper() == "POST"


def _components(after: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    """What leads to each other, each such set after those that it leads to."""
    index: dict[int, int] = {}
    low: dict[int, int] = {}
    waiting: list[int] = []
    is_waiting: set[int] = set()
    for root in range(len(after)):
        if root in index:
            continue
        path = [(root, iter(after[root]))]
        index[root] = low[root] = len(index)
        waiting.append(root)
        is_waiting.add(root)
        while path:
            at, further = path[-1]
            for to in further:
                if to not in index:
                    index[to] = low[to] = len(index)
                    waiting.append(to)
                    is_waiting.add(to)
                    path.append((to, iter(after[to])))
                    break
                if to in is_waiting:
                    low[at] = min(low[at], index[to])
            else:
                path.pop()
                if path:
                    above = path[-1][0]
                    low[above] = min(low[above], low[at])
                if low[at] == index[at]:
                    found = []
                    while not found or found[-1] != at:
                        found.append(waiting.pop())
                        is_waiting.discard(found[-1])
                    yield found

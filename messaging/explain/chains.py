"""How a person comes to be in a group: the shortest way up, group by group."""

from collections import deque
from collections.abc import Iterable
from uuid import UUID

from accounts.groups.models import GroupMember
from accounts.groups.selectors import group_ids_of

type Chain = tuple[UUID, ...]


def chains_of(user_id: UUID) -> dict[UUID, Chain]:
    """For each group a person is in, the groups on the way: their own first, that one last.

    Two queries, whatever the depth.
    """
    above = group_ids_of(user_id)
    direct = GroupMember.objects.filter(user_id=user_id).values_list("group_id", flat=True)
    nested = GroupMember.objects.filter(child_id__in=above).values_list("child_id", "group_id")
    return shortest(direct, nested)


def shortest(direct: Iterable[UUID], nested: Iterable[tuple[UUID, UUID]]) -> dict[UUID, Chain]:
    """The shortest chain to each group, from direct memberships and (inner, outer) pairs."""
    outer: dict[UUID, list[UUID]] = {}
    for inner_id, outer_id in nested:
        outer.setdefault(inner_id, []).append(outer_id)
    chains: dict[UUID, Chain] = {group_id: (group_id,) for group_id in sorted(direct)}
    waiting = deque(chains)
    while waiting:
        group_id = waiting.popleft()
        for next_id in sorted(outer.get(group_id, ())):
            if next_id not in chains:
                chains[next_id] = (*chains[group_id], next_id)
                waiting.append(next_id)
    return chains

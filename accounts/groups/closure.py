"""Nested groups in SQL: what lies above and below. UNION, so that even a circle would end."""

ABOVE_PERSON = """
WITH RECURSIVE above(id) AS (
    SELECT x.group_id FROM accounts_groupmember x WHERE x.user_id = {user}
    UNION
    SELECT x.group_id FROM accounts_groupmember x JOIN above ON x.child_id = above.id)
SELECT id FROM above
"""
"""Every group that a person belongs to, directly or by nesting; `{user}` is filled in."""

ABOVE = """
WITH RECURSIVE above(id) AS (
    SELECT unnest(%(ids)s::uuid[])
    UNION
    SELECT x.group_id FROM accounts_groupmember x JOIN above ON x.child_id = above.id)
SELECT id FROM above
"""
"""These groups and every group that holds one of them."""

BELOW = """
WITH RECURSIVE below(id) AS (
    SELECT unnest(%(ids)s::uuid[])
    UNION
    SELECT x.child_id FROM accounts_groupmember x JOIN below ON x.group_id = below.id
     WHERE x.child_id IS NOT NULL)
SELECT id FROM below
"""
"""These groups and every group within them."""

PEOPLE_IN = """
WITH RECURSIVE below(id) AS (
    SELECT unnest(%(ids)s::uuid[])
    UNION
    SELECT x.child_id FROM accounts_groupmember x JOIN below ON x.group_id = below.id
     WHERE x.child_id IS NOT NULL)
SELECT DISTINCT x.user_id FROM accounts_groupmember x JOIN below ON x.group_id = below.id
 WHERE x.user_id IS NOT NULL
"""
"""Everybody in these groups, directly or by nesting."""

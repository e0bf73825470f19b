"""Who is who and what is what: from the export's ids to ours."""

from uuid import UUID

from integrations.slack.shapes import Person


class Directory:
    """Everybody and every conversation that a message may refer to."""

    def __init__(self) -> None:
        self._people: dict[str, UUID] = {}
        self._people_names: dict[str, str] = {}
        self._conversations: dict[str, UUID] = {}
        self._conversation_names: dict[str, str] = {}
        self._bots: dict[str, str] = {}
        self._called: dict[str, str | None] = {}

    def add_person(self, person: Person, our_id: UUID) -> None:
        self._people[person.slack_id] = our_id
        self._people_names[person.slack_id] = person.name
        if not person.is_bot:
            holder = self._called.setdefault(person.name.casefold(), person.slack_id)
            if holder != person.slack_id:
                self._called[person.name.casefold()] = None
        if person.bot_id:
            self._bots[person.bot_id] = person.slack_id

    def add_conversation(self, slack_id: str, name: str | None, our_id: UUID) -> None:
        self._conversations[slack_id] = our_id
        if name:
            self._conversation_names[slack_id] = name

    def person(self, slack_id: str) -> UUID | None:
        """Our id of a person, by their own id or by that of the bot they are."""
        return self._people.get(self._bots.get(slack_id, slack_id))

    def person_name(self, slack_id: str) -> str | None:
        return self._people_names.get(self._bots.get(slack_id, slack_id))

    def person_called(self, name: str) -> str | None:
        """The export's id of the one person of this name; None where there are several, or none."""
        return self._called.get(name.casefold())

    def conversation(self, slack_id: str) -> UUID | None:
        return self._conversations.get(slack_id)

    def conversation_name(self, slack_id: str) -> str | None:
        return self._conversation_names.get(slack_id)

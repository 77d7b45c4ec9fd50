"""What can be done to a person, wherever one is shown."""

from typing import Any

from textual.binding import Binding

from kitsulite.areas.people import departments, passwords, persons
from kitsulite.areas.people.rows_of_persons import Persons
from kitsulite.models.codes import ROLES
from kitsulite.storage import Row
from kitsulite.tui.form import Field, Form
from kitsulite.tui.section import Section, action, aside

PERSON_KEYS = [
    Binding("e", "edit", "Edit", tooltip="Edit the person"),
    Binding("p", "set_password", "Password", tooltip="Set a new password, which ends all sessions"),
    Binding("a", "toggle_active", "In/out", tooltip="Keep the person out, or let in again"),
    Binding("l", "reset_link", "Link", tooltip="Make a link by which the person sets a new password"),
    Binding("f", "disable_factors", "2FA off", show=False, tooltip="Turn off all second factors"),
    Binding("u", "unlock", "Unlock", show=False, tooltip="Unlock after too many failed sign-ins"),
    Binding("X", "end_sessions", "Sign out", show=False, tooltip="End all sessions of the person"),
    Binding("t", "new_token", "Token", show=False, tooltip="New API token, which replaces the one before"),
]


class PersonActions(Section):
    """Actions on `person`, a row as the API shows it."""

    @property
    def person(self) -> Any:
        """Whom the actions are about; NothingHere for nobody."""
        raise NotImplementedError

    async def ask(self, form: Form) -> Any:
        """What a form came to, None when it was left."""
        return await self.app.push_screen_wait(form)

    # --- new people ---

    async def create_person(self) -> None:
        """Ask for somebody new."""
        secrets = [Field("password", "Password", secret=True), Field("again", "Once more", secret=True)]

        def save(values: Row) -> str:
            again = values.pop("again")
            with self.desk.begin(writes=False) as work:  # who it is to be comes first, as it does in the form
                Persons().checked(work, values)
                passwords.check_new(work.settings, values["password"], again, values)
            with_hash = Persons().prepare(self.desk.begin, values, None)
            with self.desk.begin() as work:
                Persons().create(work, with_hash)
            return f"{values['first_name']} {values['last_name']}".strip()

        fields = [*await self._fields({}), *secrets]
        if result := await self.ask(Form("New person", fields, save=save, button="Create")):
            self.notify(f"{result[0]} is here now.")

    async def create_bot(self) -> None:
        """Ask for a new bot, and show its token."""
        fields = [
            Field("first_name", "Name"),
            Field("role", "Role", "user", choices=_choices(ROLES)),
            Field("expiration_date", "Last day", hint="YYYY-MM-DD; empty: the token does not expire"),
        ]

        def save(values: Row) -> str:
            values["expiration_date"] = values["expiration_date"] or None
            with self.desk.begin() as work:
                token: str = Persons().create(work, {**values, "last_name": "", "is_bot": True})["access_token"]
            return token

        if result := await self.ask(Form("New bot", fields, save=save, button="Create")):
            await self._show_token(result[0])

    async def _fields(self, person: Row) -> list[Field]:
        """The fields of a person's form."""

        def read() -> dict[str, str]:
            with self.desk.begin(writes=False) as work:
                return departments.names(work)

        names = await aside(read)
        return [
            Field("first_name", "First name", person.get("first_name")),
            Field("last_name", "Last name", person.get("last_name")),
            Field("email", "E-mail", person.get("email")),
            Field("phone", "Phone", person.get("phone")),
            Field("role", "Role", person.get("role", "user"), choices=_choices(ROLES)),
            Field(
                "departments",
                "Departments",
                person.get("departments", []),
                choices=[(name, id) for id, name in names.items()],
                many=True,
            ),
        ]

    # --- the person at hand ---

    @action
    async def action_edit(self) -> None:
        person = self.person

        def save(values: Row) -> None:
            changed = {key: value for key, value in values.items() if value != (person[key] or type(value)())}
            with self.desk.begin() as work:
                Persons().update(work, person["id"], changed)

        if await self.ask(Form(f"Edit {person['full_name']}", await self._fields(person), save=save)):
            self.notify(f"{person['full_name']} is changed.")

    @action
    async def action_set_password(self) -> None:
        person = self.person
        fields = (Field("password", "New password", secret=True), Field("again", "Once more", secret=True))

        def save(values: Row) -> None:
            with self.desk.begin(writes=False) as work:
                passwords.check_new(work.settings, values["password"], values["again"], person)
            persons.change_password(self.desk.begin, person["id"], values["password"], None)

        text = "All sessions of this person end."
        if await self.ask(Form(f"Password of {person['full_name']}", fields, save=save, text=text, button="Set")):
            self.notify(f"{person['full_name']} has a new password.")

    @action
    async def action_toggle_active(self) -> None:
        person = self.person
        name, becomes = person["full_name"], not person["active"]

        def save(values: Row) -> None:
            with self.desk.begin() as work:
                Persons().update(work, person["id"], {"active": becomes})

        if becomes:
            form = Form(f"Let {name} in again?", save=save, button="Let in")
        else:
            text = "Nothing is lost, but signing in is refused and every session stops working."
            form = Form(f"Keep {name} out?", save=save, text=text, button="Keep out", danger=True)
        if await self.ask(form):
            self.notify(f"{name} is {'active' if becomes else 'inactive'} now.")

    @action
    async def action_reset_link(self) -> None:
        person = self.person
        name = person["full_name"]

        def make(values: Row) -> str:
            with self.desk.begin() as work:
                return persons.reset_password_link(work, person["id"])

        text = "Whoever has the link can set a new password with it and sign in as this person. It is not mailed to anybody."
        form = Form(f"Make a link to a new password for {name}?", save=make, text=text, button="Make it", danger=True)
        if not (result := await self.ask(form)):
            return
        link = result[0]
        self.app.copy_to_clipboard(link)
        text = f"{link}\n\nIt works once, for two hours. It is in your clipboard, if your terminal allows that."
        await self.ask(Form(f"Link for {name}", text=text))

    @action
    async def action_disable_factors(self) -> None:
        def save(person: Row) -> None:
            with self.desk.begin() as work:
                persons.disable_second_factors(work, person["id"], None)

        await self._confirm("Turn off the second factors of {}?", save, "{} signs in with the password alone now.")

    @action
    async def action_unlock(self) -> None:
        person = self.person

        def save() -> None:
            with self.desk.begin() as work:
                persons.unlock(work, person["id"])

        await aside(save)
        self.notify(f"{person['full_name']} can try to sign in again.")
        self.action_refill()

    @action
    async def action_end_sessions(self) -> None:
        def save(person: Row) -> None:
            with self.desk.begin() as work:
                persons.end_sessions(work, person["id"])

        await self._confirm("Sign {} out everywhere?", save, "{} is signed out everywhere.")

    @action
    async def action_new_token(self) -> None:
        person = self.person
        fields = [Field("expiration_date", "Last day", person["expiration_date"], hint="YYYY-MM-DD; empty: for ever")]

        def save(values: Row) -> str:
            with self.desk.begin() as work:
                return persons.new_token(work, person["id"], values["expiration_date"] or None)

        text = "The API token of before, if there is one, stops working."
        form = Form(f"New API token of {person['full_name']}", fields, save=save, text=text, button="Make")
        if result := await self.ask(form):
            await self._show_token(result[0])

    async def _show_token(self, token: str) -> None:
        self.app.copy_to_clipboard(token)
        await self.ask(Form("API token, shown this once", text=token))

    async def _confirm(self, question: str, save: Any, told: str) -> None:
        """Do something to the person at hand, when the answer is yes."""
        person = self.person
        name = person["full_name"]
        form = Form(question.format(name), save=lambda values: save(person), button="Yes", danger=True)
        if await self.ask(form):
            self.notify(told.format(name))


def _choices(words: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(word, word) for word in words]

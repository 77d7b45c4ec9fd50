"""Who works here: persons, departments, the studio itself, time and equipment."""

from peewee import SQL, CompositeKey

from kitsulite.models.base import Link, Record, Relation
from kitsulite.models.codes import POSITIONS, ROLES, SENIORITIES
from kitsulite.models.fields import Boolean, Date, DateTime, Float, Integer, Json, Reference, Texts
from kitsulite.models.textfields import Choice, Email, Sealed, String, Text


class Person(Record):
    first_name = String(80, null=False)
    last_name = String(80, null=False)
    email = Email()
    phone = String(30)
    country = String(2)
    contract_type = Choice(
        "open-ended",
        "fixed-term",
        "short-term",
        "freelance",
        "apprentice",
        "internship",
        null=False,
        default="open-ended",
    )
    active = Boolean(default=True)
    archived = Boolean(default=False)
    last_presence = Date()
    password = String(255, hidden=True)
    desktop_login = String(80)
    login_failed_attemps = Integer(hidden=True, default=0)
    last_login_failed = DateTime(hidden=True)
    totp_enabled = Boolean(default=False)
    totp_secret = Sealed(32, hidden=True)
    email_otp_enabled = Boolean(default=False)
    email_otp_secret = Sealed(32, hidden=True)
    fido_enabled = Boolean(default=False)
    fido_credentials = Json(hidden=True)
    otp_recovery_codes = Texts(hidden=True)
    preferred_two_factor_authentication = Choice("totp", "email_otp", "fido")
    shotgun_id = Integer(unique=True)
    timezone = String(50)
    locale = String(10)
    use_12_hour_clock = Boolean(default=False)
    display_date_format = String(20, default="YYYY-MM-DD")
    data = Json()
    role = Choice(*ROLES, null=False, default="user")
    position = Choice(*POSITIONS, default="artist")
    seniority = Choice(*SENIORITIES, default="mid")
    daily_salary = Integer(default=0, least=0)
    has_avatar = Boolean(default=False)
    notifications_enabled = Boolean(default=False)
    notifications_slack_enabled = Boolean(default=False)
    notifications_slack_userid = String(60, default="")
    notifications_mattermost_enabled = Boolean(default=False)
    notifications_mattermost_userid = String(60, default="")
    notifications_discord_enabled = Boolean(default=False)
    notifications_discord_userid = String(60, default="")
    is_bot = Boolean(null=False, default=False)
    is_guest = Boolean(null=False, default=False)
    jti = String(60, hidden=True, unique=True)
    expiration_date = Date()
    is_generated_from_ldap = Boolean(default=False)
    ldap_uid = String(60, unique=True)
    studio_id = Reference("studio")
    saml_issuer = Text(hidden=True)
    saml_subject = String(255, hidden=True)
    oidc_issuer = Text(hidden=True)
    oidc_subject = String(255, hidden=True)
    preview_project_id = Reference("project", index=False, unique=True, erased="along")
    preview_opened_at = DateTime()
    preview_open_until = DateTime()

    relations = {
        "departments": Relation("department_link", "person_id", "department_id"),
    }

    class Meta:
        table_name = "person"


CALLER_COLUMNS = (
    Person.id,
    Person.first_name,
    Person.last_name,
    Person.email,
    Person.role,
    Person.active,
    Person.is_bot,
    Person.is_guest,
    Person.jti,
    Person.timezone,
    Person.locale,
    Person.studio_id,
    Person.preview_project_id,
    Person.preview_opened_at,
    Person.preview_open_until,
)
"""What is read of who calls, at every request."""

HARMLESS = frozenset(
    {
        *("first_name", "last_name", "phone", "country", "contract_type", "archived", "last_presence", "shotgun_id"),
        *("timezone", "locale", "use_12_hour_clock", "display_date_format", "data", "position", "seniority"),
        *("daily_salary", "has_avatar", "studio_id", "notifications_enabled"),
        *("notifications_slack_enabled", "notifications_slack_userid", "notifications_mattermost_enabled"),
        *("notifications_mattermost_userid", "notifications_discord_enabled", "notifications_discord_userid"),
    }
)
"""Columns that say nothing about how somebody gets in, nor about what they may."""

NO_PREVIEW_ACCOUNT = Person.preview_project_id.is_null()
OF_STUDIO = ~Person.is_guest & NO_PREVIEW_ACCOUNT
"""Who counts as somebody of the studio: neither the guests of share links nor the accounts that are lent to look at a production."""

Person.add_index(Person.email, unique=True, where=SQL("NOT is_bot"), name="person_email_of_humans")
Person.add_index(Person.email, name="person_email")
Person.add_index(Person.desktop_login, name="person_desktop_login")
Person.add_index(Person.saml_issuer, Person.saml_subject, unique=True, name="person_saml_identity")
Person.add_index(Person.oidc_issuer, Person.oidc_subject, unique=True, name="person_oidc_identity")


class Department(Record):
    name = String(80, null=False, unique=True)
    color = String(7, null=False)
    archived = Boolean(default=False)

    class Meta:
        table_name = "department"


class DepartmentLink(Link):
    person_id = Reference("person", null=False, index=False)
    department_id = Reference("department", null=False)

    class Meta:
        table_name = "department_link"
        primary_key = CompositeKey("person_id", "department_id")


class Studio(Record):
    name = String(80, null=False, unique=True)
    color = String(7, null=False)
    archived = Boolean(default=False)

    class Meta:
        table_name = "studio"


class Organisation(Record):
    name = String(80, null=False, unique=True)
    hours_by_day = Float(null=False, default=8.0)
    has_avatar = Boolean(default=False)
    use_original_file_name = Boolean(default=False)
    timesheets_locked = Boolean(default=False)
    format_duration_in_hours = Boolean(default=False)
    hd_by_default = Boolean(default=False)
    chat_token_slack = String(80, default="")
    chat_webhook_mattermost = String(80, default="")
    chat_token_discord = String(80, default="")
    dark_theme_by_default = Boolean(default=False)

    class Meta:
        table_name = "organisation"


class SalaryScale(Record):
    department_id = Reference("department", null=False, cascade=True)
    position = Choice(*POSITIONS, default="artist")
    seniority = Choice(*SENIORITIES, default="mid")
    salary = Integer(null=False, default=0, least=0)

    class Meta:
        table_name = "salary_scale"


class DayOff(Record):
    date = Date(null=False)
    end_date = Date(null=False)
    description = Text()
    person_id = Reference("person", index=False)

    class Meta:
        table_name = "day_off"
        indexes = ((("person_id", "date"), True),)
        constraints = [SQL("CHECK (date <= end_date)")]


class TimeSpent(Record):
    duration = Float(null=False)
    date = Date(null=False)
    task_id = Reference("task", erased="along")
    person_id = Reference("person", index=False, erased="along")

    class Meta:
        table_name = "time_spent"
        indexes = ((("person_id", "task_id", "date"), True),)
        constraints = [SQL("CHECK (duration > 0)")]


class LoginLog(Record):
    person_id = Reference("person", null=False, erased="along")
    ip_address = String(50)
    origin = Choice("web", "script")

    class Meta:
        table_name = "login_log"
        indexes = ((("created_at",), False),)


class DesktopLoginLog(Record):
    person_id = Reference("person", null=False, erased="along")
    date = DateTime(null=False)

    class Meta:
        table_name = "desktop_login_log"


class HardwareItem(Record):
    name = String(40, null=False, unique=True)
    short_name = String(20, null=False)
    archived = Boolean(default=False)
    monthly_cost = Integer(default=0)
    inventory_amount = Integer(default=0)

    class Meta:
        table_name = "hardware_item"


class Software(Record):
    name = String(40, null=False, unique=True)
    short_name = String(20, null=False)
    archived = Boolean(default=False)
    version = String(20)
    file_extension = String(20, null=False)
    secondary_extensions = Json()
    monthly_cost = Integer(default=0)
    inventory_amount = Integer(default=0)

    class Meta:
        table_name = "software"


class HardwareItemDepartmentLink(Record):
    department_id = Reference("department", null=False)
    hardware_item_id = Reference("hardware_item", null=False, index=False)

    class Meta:
        table_name = "hardware_item_department_link"
        indexes = ((("hardware_item_id", "department_id"), True),)


class SoftwareDepartmentLink(Record):
    department_id = Reference("department", null=False, index=False)
    software_id = Reference("software", null=False)

    class Meta:
        table_name = "software_department_link"
        indexes = ((("department_id", "software_id"), True),)

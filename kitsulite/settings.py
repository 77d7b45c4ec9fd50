"""Every option, once: its name, type, default, environment variable and what it is for.

`kitsulite settings` shows them; the environment variables are those that a Kitsu administrator knows.
"""

import dataclasses
import difflib
import functools
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_type_hints

from kitsulite.identityproviders import BadProvider, IdentityProvider, read_providers
from kitsulite.settingchecks import (
    Check,
    a_dn,
    a_domain,
    a_file,
    a_folder,
    a_host,
    a_key,
    a_length,
    a_name,
    a_place,
    a_port,
    a_rule_to_keep,
    a_time_of_day,
    a_timezone,
    among,
    an_address,
    an_own_address,
    holds,
    none_or_more,
    of_postgres,
    one_or_more,
    some,
)

OURS, FOR_TESTS = "KITSULITE_", ("KITSULITE_TEST_", "KITSULITE_BENCH_")
OTHERS = {"KITSULITE_PASSWORD"}
"""What the variables of options may begin with; those of tests and benchmarks; and what commands read and is no option."""

PASSWORD = re.compile(r"(?<=:)[^:@/]+(?=@)|(?<=[?&]password=)[^&]+")
"""The password in the URL of a database."""
HIDDEN = "(set, not shown)"
"""What stands in the place of a secret."""

COMMAS = {"2FA_EXEMPT_USERS", "KITSULITE_TRUSTED_PROXIES", "LDAP_EXCLUDED_ACCOUNTS"}
"""Lists that are separated by commas; others are by semicolons."""
TRUE = {"y", "yes", "t", "true", "on", "1"}
FALSE = {"n", "no", "f", "false", "off", "0"}


class BadSetting(ValueError):
    """An option holds something that it cannot mean."""


def option(default: Any, variable: str, help: str, *, secret: bool = False, check: Check | None = None) -> Any:
    """Declares one option. What is said of it is checked, whoever says it."""
    metadata = {"variable": variable, "help": help, "secret": secret, "check": check}
    if isinstance(default, list):
        return field(default_factory=lambda: list(default), metadata=metadata)
    return field(default=default, metadata=metadata)


@dataclass(frozen=True)
class Settings:
    """How one tracker is set up. Give what differs: `Settings(data="/srv/studio", domain_name="kitsu.studio.com")`."""

    data: str = option(
        "studio",
        "KITSULITE_DATA",
        "folder that holds the studio: its files, its key and, with SQLite, its rows",
        check=a_folder,
    )
    database: str = option("", "KITSULITE_DATABASE", "database URL; empty means studio.db in the data folder")
    files: str = option("", "KITSULITE_FILES", "file store URL; empty means a folder in the data folder")
    scratch: str = option(
        "", "KITSULITE_SCRATCH", "folder for files on their way in and at work; empty means one in the data folder"
    )
    secret_key: str = option(
        "", "SECRET_KEY", "signs tokens; empty means the key in the data folder, made on first start", secret=True
    )
    debug: bool = option(False, "DEBUG", "show stack traces in answers to unexpected errors")
    lock_timeout: float = option(
        15.0, "KITSULITE_LOCK_TIMEOUT", "seconds that a write waits for its turn before a 503", check=some
    )
    jobs: str = option(
        "queue",
        "KITSULITE_JOBS",
        "queue: jobs wait for a server or `kitsulite jobs run`; inline: a thread does them here",
        check=among("queue", "inline"),
    )
    job_queue: bool = option(
        True, "ENABLE_JOB_QUEUE", "have movies made and joined by a job; false does it within the request"
    )
    connections: int = option(
        20,
        "KITSULITE_CONNECTIONS",
        "database connections that a worker may hold (docs/postgres.md has the sum for a node)",
        check=one_or_more,
    )
    database_direct: str = option(
        "",
        "KITSULITE_DATABASE_DIRECT",
        "URL of PostgreSQL itself, for the one connection that pgbouncer cannot give; empty means the database URL",
        check=of_postgres,
    )

    ui: str = option(
        "",
        "KITSULITE_UI",
        "a built web client to serve at /: a folder, a package (.tgz, .zip), or the address of one with its KITSULITE_UI_SHA256",
    )
    ui_sha256: str = option("", "KITSULITE_UI_SHA256", "the sha256 that the package of the web client must have")
    backup: str = option(
        "",
        "KITSULITE_BACKUP",
        "where the server makes a backup every night: a folder, or s3://…; empty means not at all",
        check=a_place,
    )
    backup_at: str = option(
        "03:00", "KITSULITE_BACKUP_AT", "when it makes it, by the clock of DEFAULT_TIMEZONE", check=a_time_of_day
    )
    backup_keep: str = option(
        "7d,4w,12m",
        "KITSULITE_BACKUP_KEEP",
        "backups that are kept: the newest of each of so many days, weeks, months (y: years); empty means all",
        check=a_rule_to_keep,
    )
    backup_key: str = option(
        "",
        "KITSULITE_BACKUP_KEY",
        "closes backups, 32 characters or more; empty leaves them in clear",
        secret=True,
        check=a_key,
    )

    preview_save_source_file: bool = option(
        False, "PREVIEW_SAVE_SOURCE_FILE", "keep movies as they were sent in, beside what is made of them"
    )
    skip_normalization_full: bool = option(
        False, "SKIP_NORMALIZATION_FULL", "never encode movies: keep them as they are"
    )
    skip_normalization_highdef: bool = option(
        False, "SKIP_NORMALIZATION_HIGHDEF", "encode movies in low definition only"
    )
    private_webhooks: bool = option(
        False, "KITSULITE_PRIVATE_WEBHOOKS", "let webhooks lead to addresses of a private network"
    )
    movie_time_limit: int = option(
        3600,
        "KITSULITE_MOVIE_TIME_LIMIT",
        "seconds after which work on a movie is given up",
        check=some,
    )
    movie_encoding_preset: str = option(
        "medium",
        "MOVIE_ENCODING_PRESET",
        "how long the encoder looks for smaller movies, a preset of x264",
        check=among(
            "ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow", "placebo"
        ),
    )
    movie_vbv_bufsize_factor: float = option(
        2.0, "MOVIE_VBV_BUFSIZE_FACTOR", "seconds of a movie within which its bit rate may vary", check=some
    )
    movie_highdef_bitrate: int = option(
        28,
        "MOVIE_HIGHDEF_BITRATE",
        "Mbit a second of large movies, where a production says nothing else",
        check=one_or_more,
    )
    movie_lowdef_bitrate: int = option(
        6,
        "MOVIE_LOWDEF_BITRATE",
        "Mbit a second of small movies, where a production says nothing else",
        check=one_or_more,
    )
    media_max_concurrent_requests: int = option(
        0,
        "MEDIA_MAX_CONCURRENT_REQUESTS",
        "files that a process sends at once; 0 means no limit",
        check=none_or_more,
    )
    media_slot_wait_timeout: float = option(
        30.0,
        "MEDIA_SLOT_WAIT_TIMEOUT",
        "seconds for which a file waits for others to be sent",
        check=some,
    )
    event_handlers_folder: str = option(
        "", "EVENT_HANDLERS_FOLDER", "folder of a Python module event_handlers, which handles events; empty means none"
    )
    plugin_folder: str = option(
        "", "PLUGIN_FOLDER", "folder that plugins are installed in; empty means plugins/ in the studio's folder"
    )
    events_kept: float = option(
        30.0, "KITSULITE_EVENTS_KEPT", "days for which who was away can still hear what happened", check=some
    )
    max_image_pixels: int = option(
        50_000_000,
        "MAX_IMAGE_PIXELS",
        "pixels that a picture may have; of some kinds, memory allows fewer",
        check=one_or_more,
    )
    picture_time_limit: float = option(
        120.0,
        "KITSULITE_PICTURE_TIME_LIMIT",
        "seconds after which work on a picture is given up",
        check=some,
    )

    domain_name: str = option(
        "localhost:8080", "DOMAIN_NAME", "public host of the site, for links in e-mails and WebAuthn", check=a_name
    )
    domain_protocol: str = option(
        "https", "DOMAIN_PROTOCOL", "public protocol of the site", check=among("http", "https")
    )
    cors_allowed_origins: list[str] = option(
        [], "CORS_ALLOWED_ORIGINS", "origins whose pages may call the API, separated by ;"
    )
    max_content_length: int = option(
        10 * 1024**3,
        "MAX_CONTENT_LENGTH",
        "largest request body in bytes; 0 means no limit",
        check=none_or_more,
    )
    nb_records_per_page: int = option(
        100, "NB_RECORDS_PER_PAGE", "rows on a page when the caller names no limit", check=one_or_more
    )
    client_cache_max_age: int = option(
        604800,
        "CLIENT_CACHE_MAX_AGE",
        "seconds that browsers may keep downloaded files",
        check=none_or_more,
    )
    trusted_proxies: list[str] = option(
        [],
        "KITSULITE_TRUSTED_PROXIES",
        "addresses or networks of the reverse proxies whose X-Forwarded-… are believed, separated by , (none: those of "
        "this machine), or how many there are when only they can reach the server",
    )
    request_patience: float = option(
        20.0,
        "KITSULITE_REQUEST_PATIENCE",
        "seconds for the head of a request, and that its sender may be behind the pace",
        check=some,
    )
    request_pace: float = option(
        4096.0,
        "KITSULITE_REQUEST_PACE",
        "bytes a second in which bodies come in, and answers are taken, at the least",
        check=some,
    )
    request_time_limit: float = option(
        6 * 3600.0,
        "KITSULITE_REQUEST_TIME_LIMIT",
        "seconds until a request has come in whole",
        check=some,
    )
    connections_per_address: int = option(
        100,
        "KITSULITE_CONNECTIONS_PER_ADDRESS",
        "connections to a worker on which an address may not have said yet what it wants, or not taken its answer; more close its oldest",
        check=one_or_more,
    )

    node_address: str = option(
        "",
        "KITSULITE_NODE_ADDRESS",
        "host:port where other nodes on the same PostgreSQL reach this one, for polls that came to the wrong node; empty means not at all",
        check=an_address,
    )
    sockets_per_person: int = option(
        50,
        "KITSULITE_SOCKETS_PER_PERSON",
        "connections to the events of the studio that a person, or a bot, may hold at once",
        check=one_or_more,
    )

    auth_strategy: str = option(
        "auth_local_classic",
        "AUTH_STRATEGY",
        "how passwords are checked: auth_local_classic, auth_local_no_password (any will do), or auth_remote_ldap (by the directory of LDAP_HOST)",
        check=among("auth_local_classic", "auth_local_no_password", "auth_remote_ldap"),
    )
    ldap_fallback: bool = option(
        False, "LDAP_FALLBACK", "with auth_remote_ldap, people who are not from the directory sign in by password"
    )
    ldap_host: str = option("127.0.0.1", "LDAP_HOST", "where the directory is; needs kitsulite[ldap]", check=a_host)
    ldap_port: int = option(389, "LDAP_PORT", "its port, mostly 636 with LDAP_SSL", check=a_port)
    ldap_ssl: bool = option(False, "LDAP_SSL", "speak TLS with the directory from the start")
    ldap_starttls: bool = option(False, "KITSULITE_LDAP_STARTTLS", "upgrade the connection to it by STARTTLS")
    ldap_ca_file: str = option(
        "",
        "KITSULITE_LDAP_CA_FILE",
        "certificates (PEM) that vouch for the directory; empty means those of this machine",
        check=a_file,
    )
    ldap_verify: bool = option(
        True,
        "KITSULITE_LDAP_VERIFY",
        "false takes any certificate for the directory's, and so anybody in between for the directory",
    )
    ldap_base_dn: str = option(
        "cn=Users,dc=zou,dc=local", "LDAP_BASE_DN", "below what the people of the directory are", check=a_dn
    )
    ldap_group: str = option(
        "", "LDAP_GROUP", "the group whose members have accounts, its cn or its DN; empty means everybody"
    )
    ldap_is_ad: bool = option(False, "LDAP_IS_AD", "the directory is an Active Directory, signed in to by NTLM")
    ldap_is_ad_simple: bool = option(
        False, "LDAP_IS_AD_SIMPLE", "it is an Active Directory, signed in to as cn=LOGIN,LDAP_BASE_DN"
    )
    ldap_domain: str = option("zou.local", "LDAP_DOMAIN", "with LDAP_IS_AD, the domain of its people")
    ldap_user: str = option(
        "", "LDAP_USER", "who `kitsulite person sync-ldap` reads the directory as; empty means nobody in particular"
    )
    ldap_password: str = option("", "LDAP_PASSWORD", "the password of LDAP_USER", secret=True)
    ldap_excluded_accounts: list[str] = option(
        [], "LDAP_EXCLUDED_ACCOUNTS", "logins of the directory that have no account here, separated by ,"
    )
    email_domain: str = option(
        "studio.local", "EMAIL_DOMAIN", "where people are mailed of whom the directory knows no e-mail", check=a_domain
    )
    oidc_enabled: bool = option(False, "OIDC_ENABLED", "people sign in by OpenID Connect; needs kitsulite[sso]")
    oidc_idp_name: str = option("", "OIDC_IDP_NAME", "what the provider is called where people choose how to sign in")
    oidc_discovery_url: str = option(
        "",
        "OIDC_DISCOVERY_URL",
        "where the provider describes itself, mostly https://…/.well-known/openid-configuration",
        check=an_own_address,
    )
    oidc_client_id: str = option("", "OIDC_CLIENT_ID", "the name that the provider knows this studio by")
    oidc_client_secret: str = option("", "OIDC_CLIENT_SECRET", "what proves it to the provider", secret=True)
    oidc_scopes: str = option(
        "openid email profile", "OIDC_SCOPES", "what the provider is asked for", check=holds("openid")
    )
    oidc_email_claim: str = option("email", "OIDC_EMAIL_CLAIM", "what the provider calls somebody's e-mail")
    oidc_given_name_claim: str = option("given_name", "OIDC_GIVEN_NAME_CLAIM", "what it calls the first name")
    oidc_family_name_claim: str = option("family_name", "OIDC_FAMILY_NAME_CLAIM", "what it calls the last name")
    oidc_require_email_verified: bool = option(
        True, "OIDC_REQUIRE_EMAIL_VERIFIED", "an e-mail finds an account only if the provider has proved whose it is"
    )
    oidc_skip_2fa: bool = option(
        False, "OIDC_SKIP_2FA", "who comes from the provider needs no second factor here, even with ENFORCE_2FA"
    )
    saml_enabled: bool = option(False, "SAML_ENABLED", "people sign in by SAML 2.0; needs kitsulite[sso]")
    saml_idp_name: str = option("", "SAML_IDP_NAME", "what the provider is called where people choose how to sign in")
    saml_metadata_url: str = option(
        "", "SAML_METADATA_URL", "where the provider describes itself", check=an_own_address
    )
    saml_email_attribute: str = option(
        "NameID", "SAML_EMAIL_ATTRIBUTE", "the attribute that holds somebody's e-mail; NameID is the subject itself"
    )
    saml_first_name_attribute: str = option(
        "first_name", "SAML_FIRST_NAME_ATTRIBUTE", "the one that holds the first name"
    )
    saml_last_name_attribute: str = option("last_name", "SAML_LAST_NAME_ATTRIBUTE", "the one that holds the last name")
    saml_subject_attribute: str = option(
        "",
        "SAML_SUBJECT_ATTRIBUTE",
        "the one that holds a name that never changes, or NameID, by which people are known from their first sign-in on; empty means by e-mail each time",
    )
    saml_skip_2fa: bool = option(
        False, "SAML_SKIP_2FA", "who comes from the provider needs no second factor here, even with ENFORCE_2FA"
    )
    oidc_providers: str = option(
        "", "KITSULITE_OIDC_PROVIDERS", "a TOML file that names further providers of OpenID Connect (docs/sso.md)"
    )
    scim: bool = option(
        False,
        "KITSULITE_SCIM",
        "a directory may make, change and close accounts and departments by SCIM, at /api/scim/v2; needs kitsulite[scim]",
    )
    create_identified: bool = option(
        False,
        "KITSULITE_CREATE_IDENTIFIED",
        "whom the application names that a tracker is embedded in (create_app(identify=…)) gets an account at their first visit",
    )
    min_password_length: int = option(8, "MIN_PASSWORD_LENGTH", "shortest password allowed", check=a_length)
    protected_accounts: list[str] = option(
        [], "PROTECTED_ACCOUNTS", "e-mails of accounts that only their owner changes, separated by ;"
    )
    enforce_2fa: bool = option(False, "ENFORCE_2FA", "everybody must set up a second factor")
    exempt_2fa_users: list[str] = option([], "2FA_EXEMPT_USERS", "e-mails that need no second factor, separated by ,")
    user_limit: int = option(100, "USER_LIMIT", "how many people may be active", check=one_or_more)
    default_timezone: str = option("Europe/Paris", "DEFAULT_TIMEZONE", "time zone of new people", check=a_timezone)
    default_locale: str = option("en_US", "DEFAULT_LOCALE", "language of new people")

    mail_enabled: bool = option(True, "MAIL_ENABLED", "send e-mails")
    mail_server: str = option("", "MAIL_SERVER", "SMTP host; empty means e-mails are logged instead of sent")
    mail_port: int = option(25, "MAIL_PORT", "SMTP port", check=a_port)
    mail_username: str = option("", "MAIL_USERNAME", "SMTP user")
    mail_password: str = option("", "MAIL_PASSWORD", "SMTP password", secret=True)
    mail_use_tls: bool = option(False, "MAIL_USE_TLS", "upgrade the SMTP connection by STARTTLS")
    mail_use_ssl: bool = option(False, "MAIL_USE_SSL", "speak SMTP over TLS from the start")
    mail_default_sender: str = option(
        "no-reply@your-studio.com", "MAIL_DEFAULT_SENDER", "address that e-mails come from"
    )
    mail_check_deliverability: bool = option(
        False, "MAIL_CHECK_DELIVERABILITY", "look up the domain of a new e-mail address"
    )

    is_self_hosted: bool = option(True, "IS_SELF_HOSTED", "shown by /config")
    crisp_token: str = option("", "CRISP_TOKEN", "shown by /config")
    sentry_kitsu_enabled: bool = option(
        False, "SENTRY_KITSU_ENABLED", "whether /config tells the web client about Sentry"
    )
    sentry_kitsu_dsn: str = option("", "SENTRY_KITSU_DSN", "shown by /config")
    sentry_kitsu_sr: float = option(0.1, "SENTRY_KITSU_SR", "shown by /config")
    admin_token: str = option(
        "", "ADMIN_TOKEN", "bearer token of /admin/config/check; empty means the route is not there", secret=True
    )
    status_needs_token: bool = option(
        False, "KITSULITE_PROTECT_STATUS", "whether /status/resources asks for the admin token"
    )
    remove_files: bool = option(False, "REMOVE_FILES", "deleting a row also deletes its stored files")

    def __post_init__(self) -> None:
        """BadSetting for what would only go wrong later."""
        for item in dataclasses.fields(self):
            check, value = item.metadata["check"], getattr(self, item.name)
            if check and (hint := check(value)):
                shown = HIDDEN if item.metadata["secret"] else repr(value)
                raise BadSetting(f"{item.metadata['variable']} is {shown}: {hint}")
        if self.oidc_enabled:
            self._need("OIDC_ENABLED", "oidc_discovery_url", "oidc_client_id", "oidc_client_secret")
        if self.saml_enabled:
            self._need("SAML_ENABLED", "saml_metadata_url", "saml_email_attribute")
        try:
            _ = self.identity_providers  # read now, and not when the first one signs in
        except BadProvider as problem:
            raise BadSetting(f"KITSULITE_OIDC_PROVIDERS: {problem}") from None
        self._check_ldap()

    def _check_ldap(self) -> None:
        if self.ldap_is_ad:
            self._need("LDAP_IS_AD", "ldap_domain")
        if self.ldap_is_ad and self.ldap_is_ad_simple:
            raise BadSetting("LDAP_IS_AD and LDAP_IS_AD_SIMPLE are both on: they are two ways to sign in, say one.")
        if self.ldap_ssl and self.ldap_starttls:
            raise BadSetting(
                "LDAP_SSL and KITSULITE_LDAP_STARTTLS are both on: say one, mostly LDAP_SSL with port 636."
            )
        if bool(self.ldap_user) != bool(self.ldap_password):
            raise BadSetting("LDAP_USER and LDAP_PASSWORD belong together: set both, or none.")
        if self.ldap_ca_file and not (self.ldap_ssl or self.ldap_starttls):
            raise BadSetting(
                "KITSULITE_LDAP_CA_FILE is set without TLS: switch LDAP_SSL or KITSULITE_LDAP_STARTTLS on."
            )
        if self.ldap_ca_file and not self.ldap_verify:
            raise BadSetting("KITSULITE_LDAP_CA_FILE is set, and KITSULITE_LDAP_VERIFY is off: say one.")

    def _need(self, switch: str, *names: str) -> None:
        """BadSetting for what is half set."""
        variables = {item.name: item.metadata["variable"] for item in dataclasses.fields(self)}
        if missing := [variables[name] for name in names if not getattr(self, name)]:
            raise BadSetting(f"{switch} is on without {' and '.join(missing)}: set what is missing, or switch it off.")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None, **given: Any) -> "Settings":
        """What the environment says, under what is given here; BadSetting names a variable that makes no sense."""
        environment = os.environ if environment is None else environment
        found: dict[str, Any] = {}
        types = get_type_hints(cls)
        for item in dataclasses.fields(cls):
            variable = item.metadata["variable"]
            if variable in environment:
                found[item.name] = read_option(variable, environment[variable], types[item.name])
        found.update({name: value for name, value in given.items() if value is not None})
        return cls(**found)

    @property
    def plugins(self) -> Path:
        """Where plugins are installed."""
        return Path(self.plugin_folder or Path(self.data) / "plugins")

    @functools.cached_property
    def identity_providers(self) -> tuple[IdentityProvider, ...]:
        """The providers of OpenID Connect by which people may sign in; the first is that of who names none."""
        named = read_providers(self.oidc_providers) if self.oidc_providers else ()
        if not self.oidc_enabled:
            return named
        options: dict[str, Any] = {
            item.name: getattr(self, f"oidc_{item.name}", "*") for item in dataclasses.fields(IdentityProvider)[1:]
        }
        return (IdentityProvider("", **options), *named)

    @property
    def has_own_passwords(self) -> bool:
        """Whether everybody signs in with a password that the studio keeps."""
        return self.auth_strategy == "auth_local_classic"

    @property
    def by_directory(self) -> bool:
        """Whether passwords are checked by a directory (LDAP)."""
        return self.auth_strategy == "auth_remote_ldap"

    @property
    def scratch_folder(self) -> Path:
        """Where files lie that are on their way in, or at work; it may be emptied while nothing runs."""
        return Path(self.scratch or Path(self.data) / "scratch")

    @property
    def site(self) -> str:
        """The address of the web client, as links in e-mails begin."""
        return f"{self.domain_protocol}://{self.domain_name}"


@dataclass(frozen=True)
class InForce:
    """An option as it is now.

    value   for people: a secret does not show, neither does a password in a URL
    origin  who said so: command line, environment, default
    """

    variable: str
    value: str
    origin: str
    help: str


def in_force(settings: Settings, environment: Mapping[str, str] | None = None) -> list[InForce]:
    """Every option, what it is and where that comes from."""
    environment = os.environ if environment is None else environment
    said, defaults = Settings.from_environment(environment), Settings()
    found = []
    for item in dataclasses.fields(Settings):
        variable, value = item.metadata["variable"], getattr(settings, item.name)
        if variable in environment and value == getattr(said, item.name):
            origin = "environment"
        else:
            origin = "default" if value == getattr(defaults, item.name) else "command line"
        shown = HIDDEN if item.metadata["secret"] and value else without_password(written(value))
        found.append(InForce(variable, shown, origin, item.metadata["help"]))
    return found


def written(value: object) -> str:
    """A value as its variable would say it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "; ".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def without_password(url: str) -> str:
    """A URL as it may be seen."""
    return PASSWORD.sub("…", url)


def misspelt(environment: Mapping[str, str]) -> list[tuple[str, str]]:
    """Variables that look like options and are none, each with the option that was meant, perhaps ""."""
    known = {item.metadata["variable"] for item in dataclasses.fields(Settings)}
    strange = [name for name in environment if name.startswith(OURS) and name not in known | OTHERS]
    return [
        (name, next(iter(difflib.get_close_matches(name, known, 1)), ""))
        for name in sorted(strange)
        if not name.startswith(FOR_TESTS)
    ]


def read_option(variable: str, text: str, kind: Any) -> Any:
    """The value of an environment variable as the type of its option."""
    if kind is bool:
        word = text.strip().lower()
        if word in TRUE | FALSE:
            return word in TRUE
        raise BadSetting(f"{variable} is {text!r}: say true or false.")
    if kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            raise BadSetting(f"{variable} is {text!r}: a number is needed.") from None
    if kind == list[str]:
        separator = "," if variable in COMMAS else ";"
        return [part.strip() for part in text.split(separator) if part.strip()]
    return text

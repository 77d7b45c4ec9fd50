"""E-mail: sent by SMTP when a server is configured, else logged with what it would have said.

Mail goes out after the commit, by a thread of its own; a failure is logged and never fails the work that caused it.
"""

import logging
import smtplib
import ssl
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from email.utils import formataddr, formatdate, make_msgid

from kitsulite.settings import Settings

log = logging.getLogger("kitsulite.mail")
TIMEOUT = 20
SENDER_NAME = "Kitsu Bot"


class Post:
    """Sends the mail of one tracker."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="kitsulite-mail")  # starts with the first message

    def send(self, to: str, subject: str, text: str, html: str, language: str = "en") -> None:
        """Hand over one message; returns at once."""
        if not self.settings.mail_enabled or not to:
            return
        message = EmailMessage()
        message["From"] = formataddr((SENDER_NAME, self.settings.mail_default_sender))
        message["To"] = to
        message["Subject"] = " ".join(subject.split())
        message["Date"] = formatdate(localtime=True)
        message["Message-ID"] = make_msgid(domain=self.settings.mail_default_sender.rpartition("@")[2])
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(text)
        message.add_alternative(html, subtype="html")
        message["Content-Language"] = language.replace("_", "-")
        if not self.settings.mail_server:
            log.warning("No MAIL_SERVER; would have sent to %s: %s\n%s", to, message["Subject"], text)
            return
        self._thread.submit(self._deliver, message)

    def _deliver(self, message: EmailMessage) -> None:
        settings = self.settings
        try:
            with self._connect() as server:
                if settings.mail_use_tls:
                    server.starttls(context=ssl.create_default_context())
                if settings.mail_username:
                    server.login(settings.mail_username, settings.mail_password)
                server.send_message(message)
        except Exception:
            log.exception("Mail to %s was not delivered", message["To"])

    def _connect(self) -> smtplib.SMTP:
        server, port = self.settings.mail_server, self.settings.mail_port
        if self.settings.mail_use_ssl:
            return smtplib.SMTP_SSL(server, port, timeout=TIMEOUT, context=ssl.create_default_context())
        return smtplib.SMTP(server, port, timeout=TIMEOUT)

    def close(self) -> None:
        """Wait for what is on its way."""
        self._thread.shutdown(wait=True)

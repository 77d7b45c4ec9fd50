"""E-mail: sent by SMTP when a server is configured, else logged with what it would have said.

Sending takes as long as the server takes, so it is a job (`work/jobs.py`), which is tried again when it fails.
"""

import logging
import smtplib
import ssl
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

    def send(self, to: str, subject: str, text: str, html: str, language: str = "en") -> None:
        """Send one message; OSError or SMTPException when it cannot be delivered."""
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
        self._deliver(message)

    def _deliver(self, message: EmailMessage) -> None:
        settings = self.settings
        with self._connect() as server:
            if settings.mail_use_tls:
                server.starttls(context=ssl.create_default_context())
            if settings.mail_username:
                server.login(settings.mail_username, settings.mail_password)
            server.send_message(message)

    def _connect(self) -> smtplib.SMTP:
        server, port = self.settings.mail_server, self.settings.mail_port
        if self.settings.mail_use_ssl:
            return smtplib.SMTP_SSL(server, port, timeout=TIMEOUT, context=ssl.create_default_context())
        return smtplib.SMTP(server, port, timeout=TIMEOUT)

"""File stores for tests: folders, and an object store that `moto` plays on this machine.

A store is a URL. Each test gets a place of its own; the server is started once a process, when a test first wants it.
"""

import functools
import io
import os
import uuid
from pathlib import Path
from typing import Any

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from botocore.response import StreamingBody

STORES = ("folder", "s3")
REGION = "eu-west-1"


@functools.cache
def endpoint() -> str:
    """Where the object store answers."""
    from moto.server import ThreadedMotoServer

    os.environ.update(AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test")
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    return f"http://{host}:{port}"


def new_bucket() -> str:
    """The name of an empty bucket."""
    import boto3

    name = f"studio-{uuid.uuid4().hex}"
    client = boto3.client("s3", endpoint_url=endpoint(), region_name=REGION)
    client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    return name


def store_url(kind: str, folder: Path) -> str:
    """The URL of an empty store."""
    if kind == "folder":
        return (folder / "files").absolute().as_uri()
    address = endpoint()
    return f"s3://{new_bucket()}/fox?endpoint={address}&region={REGION}"


def spoil(monkeypatch: pytest.MonkeyPatch, operation: str, key: str, fault: str | bytes) -> None:
    """Have an object store answer an operation on the objects whose keys hold this with an error, or with a body that breaks off."""
    real = BaseClient._make_api_call

    def call(client: Any, name: str, parameters: dict[str, Any]) -> Any:
        if name != operation or key not in parameters.get("Key", ""):
            return real(client, name, parameters)
        if isinstance(fault, str):
            raise ClientError({"Error": {"Code": fault}}, name)
        return {**real(client, name, parameters), "Body": StreamingBody(io.BytesIO(fault), len(fault) + 1)}

    monkeypatch.setattr(BaseClient, "_make_api_call", call)


@pytest.fixture(params=[STORES[0], pytest.param(STORES[1], marks=pytest.mark.long)])
def files_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A place for files; once of each kind."""
    return store_url(request.param, tmp_path)

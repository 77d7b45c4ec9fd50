"""File stores for tests: folders, and an object store that `moto` plays on this machine.

A store is a URL. Each test gets a place of its own; the server is started once a process, when a test first wants it.
"""

import functools
import os
import uuid
from pathlib import Path

import pytest

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


@pytest.fixture(params=[STORES[0], pytest.param(STORES[1], marks=pytest.mark.long)])
def files_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A place for files; once of each kind."""
    return store_url(request.param, tmp_path)

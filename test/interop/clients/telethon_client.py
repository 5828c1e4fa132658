"""
Telethon (Debian's python3-telethon): logs in, uploads, reads back, comes again.

The address goes into the session, the key into the list of its RSA module. It says what it saw in the same words as the
programs in TypeScript: see ../harness/job.ts.
"""

import asyncio
import datetime
import hashlib
import json
import logging
import os
import socket
import sys

from telethon import TelegramClient, errors
from telethon.crypto import rsa
from telethon.network import connection
from telethon.network.connection.http import HttpPacketCodec
from telethon.sessions import MemorySession
from telethon.tl import functions, types


class RepairedHttpCodec(HttpPacketCodec):
    """The library's own compares a number with a byte string, and so takes every answer for a cut one."""

    async def read_packet(self, reader):
        head = await reader.readuntil(b"\r\n\r\n")
        fields = (line.partition(b":") for line in head.lower().split(b"\r\n"))
        return await reader.readexactly(next(int(value) for name, _, value in fields if name == b"content-length"))


class RepairedHttp(connection.ConnectionHttp):
    packet_codec = RepairedHttpCodec


CONNECTIONS = {
    "full": connection.ConnectionTcpFull,
    "http": RepairedHttp,
    "abridged": connection.ConnectionTcpAbridged,
    "intermediate": connection.ConnectionTcpIntermediate,
    "obfuscated": connection.ConnectionTcpObfuscated,
    "mtproxy abridged": connection.ConnectionTcpMTProxyAbridged,
    "mtproxy intermediate": connection.ConnectionTcpMTProxyIntermediate,
    "mtproxy padded": connection.ConnectionTcpMTProxyRandomizedIntermediate,
}

LOOPBACK = {"127.0.0.1", "::1", "localhost"}


def loopback_only(event, arguments):
    """Ends the program when it reaches for any other machine: Telegram's addresses are built into the library."""
    if event not in ("socket.connect", "socket.sendto", "socket.getaddrinfo"):
        return
    address = arguments[1] if event.startswith("socket.c") or event.endswith("to") else arguments
    host = address[0] if isinstance(address, tuple) else address
    if isinstance(host, str) and host not in LOOPBACK:
        print(f"refused: {event} {host}", file=sys.stderr, flush=True)
        os._exit(3)


def decoded(value):
    """A TL value in the words of JSON: long numbers as strings, bytes in hex, times as seconds."""
    if isinstance(value, dict):
        return {key: decoded(field) for key, field in value.items()}
    if isinstance(value, (list, tuple)):
        return [decoded(item) for item in value]
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, datetime.datetime):
        return int(value.timestamp())
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > 2**31:
        return str(value)
    return value


def media_of(sample, file):
    if sample["name"] == "photo":
        return types.InputMediaUploadedPhoto(file)
    attributes = [types.DocumentAttributeFilename(sample["fileName"])]
    if "duration" in sample:
        video = types.DocumentAttributeVideo(
            duration=sample["duration"], w=sample["width"], h=sample["height"], supports_streaming=True
        )
        attributes.insert(0, video)
    return types.InputMediaUploadedDocument(file, sample["mimeType"], attributes)


async def download(client, media):
    """The bytes of what a MessageMedia shows."""
    if isinstance(media, types.MessageMediaPhoto):
        shown, kind, thumb = media.photo, types.InputPhotoFileLocation, media.photo.sizes[-1].type
    else:
        shown, kind, thumb = media.document, types.InputDocumentFileLocation, ""
    location = kind(shown.id, shown.access_hash, shown.file_reference, thumb)
    return await client.download_file(location, bytes, dc_id=shown.dc_id, file_size=getattr(shown, "size", None))


async def run(job, tell):
    rsa.add_key(job["key"], old=False)
    session = MemorySession()
    session.set_dc(job["dcId"], job["host"], job["port"])

    def opened():
        proxy = job.get("proxy")
        return TelegramClient(
            session,
            job["apiId"],
            job["apiHash"],
            connection=CONNECTIONS[job["transport"]],
            proxy=(proxy["host"], proxy["port"], proxy["secret"]) if proxy else None,
            connection_retries=1,
            request_retries=1,
        )

    client = opened()
    await client.connect()
    tell(fact="key", authKey=session.auth_key.key.hex())
    user = await client.sign_in(bot_token=job["botToken"])
    tell(fact="login", user=decoded(user.to_dict()))

    for sample in job["samples"]:
        name = sample["name"]
        file = await client.upload_file(sample["path"], file_name=sample["fileName"])
        tell(fact="uploaded", sample=name, file=decoded(file.to_dict()))
        peer = types.InputPeerSelf() if sample["peer"] == "self" else types.InputPeerEmpty()
        media = await client(functions.messages.UploadMediaRequest(peer, media_of(sample, file)))
        tell(fact="media", sample=name, media=decoded(media.to_dict()))
        content = await download(client, media)
        tell(fact="downloaded", sample=name, size=len(content), sha256=hashlib.sha256(content).hexdigest())

    try:
        await client(functions.contacts.ResolveUsernameRequest("nobody_is_called_so"))
    except errors.RPCError as error:
        # Where the library has a class for an error, its message is a sentence; the class is named after the error.
        tell(fact="refused", code=error.code, error=type(error).__name__)

    await client.disconnect()
    again = opened()
    await again.connect()
    me = await again.get_me()
    tell(fact="returned", authKey=session.auth_key.key.hex(), user=decoded(me.to_dict()))
    await again.disconnect()


def main():
    sys.addaudithook(loopback_only)
    logging.basicConfig(level=logging.WARNING)
    job = json.loads(sys.argv[-1])
    with os.fdopen(3, "w") as facts:

        def tell(**fact):
            print(json.dumps(fact), file=facts, flush=True)

        asyncio.run(run(job, tell))
        tell(fact="end")


if __name__ == "__main__":
    main()

"""
TDLib (the prebuilt library of npm): logs in, sends an album of a photo and a video, comes again.

Address and key are compiled in. So the program works on a copy of the library in which the key is the test DC's, which has
the same length, and is started a second time with `connect` redirected (tdlib_redirect.c). It says what it saw in the words of
../harness/job.ts, as far as they fit: TDLib shows neither keys nor InputFiles.
"""

import ctypes
import json
import os
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
LIBRARY = os.path.join(HERE, "../node_modules/@prebuilt-tdlib/linux-x64-glibc/libtdjson.so")
BEGIN, END = b"-----BEGIN RSA PUBLIC KEY-----", b"-----END RSA PUBLIC KEY-----"
# What the production key's modulus begins with; the library holds other keys too.
PRODUCTION = BEGIN + b"\nMIIBCgKCAQEA6Lsz"
LIMIT = 60


def with_key(library, key):
    """The library's bytes with the production key replaced."""
    start = library.index(PRODUCTION)
    end = library.index(END, start) + len(END)
    if end - start != len(key):
        raise ValueError(f"the key has {len(key)} bytes where {end - start} must stand")
    return library[:start] + key + library[end:]


def prepare(job):
    """Makes the two libraries in the working folder, and starts this program again with them."""
    with open(LIBRARY, "rb") as source, open("libtdjson.so", "wb") as copy:
        copy.write(with_key(source.read(), job["key"].strip().encode()))
    redirect = os.path.abspath("redirect.so")
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", redirect, os.path.join(HERE, "tdlib_redirect.c"), "-ldl"], check=True)
    os.set_inheritable(3, True)
    environment = {**os.environ, "LD_PRELOAD": redirect, "TEST_DC_PORT": str(job["port"])}
    os.execve(sys.executable, [sys.executable, *sys.argv], environment)


class Client:
    """One instance of TDLib with its database in the working folder."""

    def __init__(self, library, job):
        self.library = library
        self.job = job
        self.id = library.td_create_client_id()
        self.state = None
        self.until = time.monotonic() + LIMIT

    def send(self, request):
        self.library.td_send(self.id, json.dumps(request).encode())

    def receive(self):
        """The next update or answer; None when nothing came for a while."""
        if time.monotonic() > self.until:
            raise TimeoutError(f"nothing more happened within {LIMIT} s; the last state was {self.state}")
        text = self.library.td_receive(1.0)
        if text is None:
            return None
        update = json.loads(text)
        if update["@type"] == "updateAuthorizationState":
            self.state = update["authorization_state"]["@type"]
        return update

    def ask(self, request):
        """The answer to a request; errors too are answers."""
        self.send({**request, "@extra": request["@type"]})
        while True:
            update = self.receive()
            if update is not None and update.get("@extra") == request["@type"]:
                return update

    def wait_for(self, *states):
        while self.state not in states:
            self.receive()
        return self.state

    def open(self):
        pfs = self.job["transport"] != "without pfs"
        # Whatever is sent first starts the instance. It is answered once there are parameters.
        self.send({"@type": "setOption", "name": "use_pfs", "value": {"@type": "optionValueBoolean", "value": pfs}})
        self.wait_for("authorizationStateWaitTdlibParameters")
        parameters = {
            "@type": "setTdlibParameters",
            "database_directory": os.path.abspath("tdlib"),
            "files_directory": os.path.abspath("tdlib"),
            "api_id": self.job["apiId"],
            "api_hash": self.job["apiHash"],
            "system_language_code": "en",
            "device_model": "interop",
            "application_version": "1",
        }
        answer = self.ask(parameters)
        if answer["@type"] != "ok":
            raise RuntimeError(answer)
        self.use_proxy()
        return self.wait_for("authorizationStateWaitPhoneNumber", "authorizationStateReady")

    def use_proxy(self):
        proxy = self.job.get("proxy")
        if proxy is None:
            return
        kinds = {
            "mtproxy": lambda: {"@type": "proxyTypeMtproto", "secret": proxy["secret"]},
            "socks5": lambda: {"@type": "proxyTypeSocks5", "username": "", "password": ""},
        }
        target = {"@type": "proxy", "server": proxy["host"], "port": proxy["port"], "type": kinds[proxy["type"]]()}
        answer = self.ask({"@type": "addProxy", "proxy": target, "enable": True})
        if answer["@type"] == "error":
            raise RuntimeError(answer)

    def close(self):
        self.send({"@type": "close"})
        self.wait_for("authorizationStateClosed")


def content_of(sample):
    file = {"@type": "inputFileLocal", "path": sample["path"]}
    size = {"width": sample["width"], "height": sample["height"]}
    if sample["name"] == "photo":
        return {"@type": "inputMessagePhoto", "photo": file, **size}
    video = {"video": file, "duration": sample["duration"], "supports_streaming": True}
    return {"@type": "inputMessageVideo", **video, **size}


def album(client, samples, tell):
    """Sends an album: each of its files goes through messages.uploadMedia, and then the DC refuses to send messages."""
    chat = client.ask({"@type": "searchPublicChat", "username": "alice"})
    tell(fact="resolved", chat=chat)
    contents = [content_of(sample) for sample in samples]
    sent = client.ask({"@type": "sendMessageAlbum", "chat_id": chat["id"], "input_message_contents": contents})
    if sent["@type"] == "error":
        raise RuntimeError(sent)
    failures = []
    while len(failures) < len(samples):
        update = client.receive()
        if update is not None and update["@type"] == "updateMessageSendFailed":
            failures.append(update)
            tell(fact="failed", error=update["error"], content=update["message"]["content"])


def main():
    job = json.loads(sys.argv[-1])
    if "TEST_DC_PORT" not in os.environ:
        prepare(job)
    library = ctypes.CDLL(os.path.abspath("libtdjson.so"))
    library.td_send.argtypes = [ctypes.c_int, ctypes.c_char_p]
    library.td_receive.argtypes = [ctypes.c_double]
    library.td_receive.restype = ctypes.c_char_p
    library.td_execute.argtypes = [ctypes.c_char_p]
    library.td_execute.restype = ctypes.c_char_p
    library.td_execute(json.dumps({"@type": "setLogVerbosityLevel", "new_verbosity_level": 1}).encode())

    with os.fdopen(3, "w") as facts:

        def tell(**fact):
            print(json.dumps(fact), file=facts, flush=True)

        client = Client(library, job)
        client.open()
        answer = client.ask({"@type": "checkAuthenticationBotToken", "token": job["botToken"]})
        if answer["@type"] != "ok":
            raise RuntimeError(answer)
        client.wait_for("authorizationStateReady")
        tell(fact="login", user=client.ask({"@type": "getMe"}))
        album(client, [sample for sample in job["samples"] if sample["name"] != "document"], tell)
        client.close()

        again = Client(library, job)
        tell(fact="returned", state=again.open(), user=again.ask({"@type": "getMe"}))
        again.close()
        tell(fact="end")


if __name__ == "__main__":
    main()

"""
TDLib (the prebuilt library of npm), driven from Python through its JSON interface.

`prepare FOLDER KEYFILE` makes what it takes to bring it to the sink: a copy of the library with the sink's key where the
production key stands, and the redirection of `connect` (tdlib_redirect.c). Otherwise the last argument is a job, the library
is the one in TDLIB_FOLDER, and the redirection is preloaded.

A single upload is asked for by preliminaryUploadFile; its end is the last byte acknowledged. To get a MessageMedia TDLib has
to be made to send an album of two files, each half of the job's: it uploads them, calls messages.uploadMedia for each, and
then calls a method that the sink does not know.
"""

import ctypes
import json
import os
import resource
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
LIBRARY = os.path.join(HERE, "../node_modules/@prebuilt-tdlib/linux-x64-glibc/libtdjson.so")
# What the production key begins with; the library holds other keys too.
PRODUCTION = b"-----BEGIN RSA PUBLIC KEY-----\nMIIBCgKCAQEA6Lsz"
END = b"-----END RSA PUBLIC KEY-----"
FACTS = 3
# Files up to this size go through an album to their MessageMedia.
ALBUM_LIMIT = 4_000_000
# Seconds without a sign of progress.
PATIENCE = 60


def prepare(folder, key_file):
    with open(LIBRARY, "rb") as source, open(key_file, "rb") as key_source:
        code, key = source.read(), key_source.read().strip()
    start = code.index(PRODUCTION)
    end = code.index(END, start) + len(END)
    if end - start != len(key):
        raise ValueError(f"a key of {len(key)} bytes does not fit where {end - start} must stand")
    with open(os.path.join(folder, "libtdjson.so"), "wb") as copy:
        copy.write(code[:start] + key + code[end:])
    output = os.path.join(folder, "redirect.so")
    source = os.path.join(HERE, "tdlib_redirect.c")
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", output, source, "-ldl"], check=True)


def tell(**fact):
    os.write(FACTS, (json.dumps(fact) + "\n").encode())


def seconds_of_cpu():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def peak_memory():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))


class Instance:
    """One instance of TDLib."""

    def __init__(self, job):
        self.library = ctypes.CDLL(os.path.join(os.environ["TDLIB_FOLDER"], "libtdjson.so"))
        self.library.td_send.argtypes = [ctypes.c_int, ctypes.c_char_p]
        self.library.td_receive.argtypes = [ctypes.c_double]
        self.library.td_receive.restype = ctypes.c_char_p
        self.library.td_execute.argtypes = [ctypes.c_char_p]
        self.library.td_execute.restype = ctypes.c_char_p
        quiet = {"@type": "setLogVerbosityLevel", "new_verbosity_level": 1}
        self.library.td_execute(json.dumps(quiet).encode())
        self.id = self.library.td_create_client_id()
        self.state = None
        self.job = job

    def send(self, request):
        self.library.td_send(self.id, json.dumps(request).encode())

    def receive(self):
        until = time.monotonic() + PATIENCE
        while (text := self.library.td_receive(1.0)) is None:
            if time.monotonic() > until:
                raise TimeoutError(f"nothing happened for {PATIENCE} s; the last state was {self.state}")
        update = json.loads(text)
        if update["@type"] == "updateAuthorizationState":
            self.state = update["authorization_state"]["@type"]
        return update

    def ask(self, request):
        self.send({**request, "@extra": "asked"})
        while True:
            answer = self.receive()
            if answer.get("@extra") == "asked":
                if answer["@type"] == "error":
                    raise RuntimeError(answer)
                return answer

    def wait_for(self, *states):
        while self.state not in states:
            self.receive()

    def open(self):
        # As the other clients do without: no temporary keys.
        self.send({"@type": "setOption", "name": "use_pfs", "value": {"@type": "optionValueBoolean", "value": False}})
        self.wait_for("authorizationStateWaitTdlibParameters")
        folder = self.job["session"] or os.path.join(os.environ["TDLIB_FOLDER"], f"database-{os.getpid()}")
        parameters = {
            "@type": "setTdlibParameters",
            "database_directory": folder,
            "files_directory": folder,
            "api_id": self.job["apiId"],
            "api_hash": self.job["apiHash"],
            "system_language_code": "en",
            "device_model": "bench",
            "application_version": "1",
        }
        self.ask(parameters)
        self.wait_for("authorizationStateWaitPhoneNumber", "authorizationStateReady")
        if self.state == "authorizationStateWaitPhoneNumber":
            self.ask({"@type": "checkAuthenticationBotToken", "token": self.job["botToken"]})
            self.wait_for("authorizationStateReady")

    def upload(self):
        """Sends the file's bytes; its end is the last of them acknowledged."""
        file = {"@type": "inputFileLocal", "path": self.job["path"]}
        kind = {"@type": "fileTypeDocument"}
        started = self.ask({"@type": "preliminaryUploadFile", "file": file, "file_type": kind, "priority": 32})
        while True:
            update = self.receive()
            if update["@type"] != "updateFile" or update["file"]["id"] != started["id"]:
                continue
            remote = update["file"]["remote"]
            if remote["uploaded_size"] >= self.job["size"]:
                return
            if not remote["is_uploading_active"] and remote["uploaded_size"] > 0:
                raise RuntimeError(update)

    def album(self):
        """Both halves of the file, each up to its MessageMedia."""
        chat = self.ask({"@type": "searchPublicChat", "username": "alice"})
        contents = []
        with open(self.job["path"], "rb") as source:
            data = source.read()
        for index, half in enumerate([data[: len(data) // 2], data[len(data) // 2 :]]):
            path = os.path.join(os.environ["TDLIB_FOLDER"], f"half-{os.getpid()}-{index}.bin")
            with open(path, "wb") as target:
                target.write(half)
            document = {"@type": "inputFileLocal", "path": path}
            contents.append({"@type": "inputMessageDocument", "document": document})
        request = {"@type": "sendMessageAlbum", "chat_id": chat["id"], "input_message_contents": contents}
        self.ask(request)
        failed = 0
        while failed < len(contents):
            failed += self.receive()["@type"] == "updateMessageSendFailed"

    def close(self):
        self.send({"@type": "close"})
        self.wait_for("authorizationStateClosed")


def main():
    if sys.argv[1] == "prepare":
        prepare(*sys.argv[2:4])
        return
    job = json.loads(sys.argv[-1])
    instance = Instance(job)
    instance.open()
    tell(fact="ready")
    cpu, start = seconds_of_cpu(), time.monotonic()
    for _ in range(job["count"]):
        (instance.album if job["size"] <= ALBUM_LIMIT else instance.upload)()
    tell(fact="done", cpu=seconds_of_cpu() - cpu, wall=time.monotonic() - start, peak=peak_memory())
    instance.close()


main()

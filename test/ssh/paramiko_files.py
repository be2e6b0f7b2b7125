"""Files with paramiko's SFTPClient: port, token, folder. Prints what it saw as JSON."""

import hashlib
import json
import os
import sys

import paramiko

port, token, folder = int(sys.argv[1]), sys.argv[2], sys.argv[3]
client = paramiko.SSHClient()
client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
client.connect(
    "127.0.0.1", port, "alice#box", token, look_for_keys=False, allow_agent=False
)
sftp = client.open_sftp()


def digest(data):
    return hashlib.sha256(data).hexdigest()


seen = {}
sftp.get(folder + "/cards", folder + "/cards.prefetched")
with open(folder + "/cards.prefetched", "rb") as local:
    seen["prefetched"] = digest(local.read())
with sftp.open(folder + "/cards") as remote:
    seen["small"] = digest(b"".join(iter(lambda: remote.read(1009), b"")))
with sftp.open(folder + "/cards", bufsize=0) as remote:
    size = remote.stat().st_size
    parts = {}
    at = size
    while at > 0:
        step = min(at, 777)
        at -= step
        remote.seek(at)
        parts[at] = remote.read(step)
    seen["backwards"] = digest(b"".join(parts[key] for key in sorted(parts)))
with sftp.open(folder + "/cards") as remote:
    chunks = [(at, 50) for at in range(0, 20_000, 50)]
    seen["readv"] = digest(b"".join(remote.readv(chunks)))
with sftp.open(folder + "/written", "w") as remote:
    remote.set_pipelined(True)
    for i in range(200):
        remote.write(("%d " % i) * 300)
seen["written"] = sftp.stat(folder + "/written").st_size
try:
    with sftp.open(folder + "/database") as remote:
        seen["database"] = len(remote.read())
except IOError as error:
    seen["database"] = str(error)
seen["names"] = sorted(sftp.listdir(folder + "/names"))
sftp.rename(folder + "/written", folder + "/renamed")
sftp.remove(folder + "/renamed")
client.close()
print(json.dumps(seen))

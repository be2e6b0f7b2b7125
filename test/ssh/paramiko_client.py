"""Paramiko through the gateway: password, exec, a shell with PTY, direct-tcpip. Prints what it saw as JSON."""
import json
import sys
import time

import paramiko

port, token, command = int(sys.argv[1]), sys.argv[2], sys.argv[3]
client = paramiko.SSHClient()
client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
client.connect("127.0.0.1", port=port, username="alice#box", password=token, look_for_keys=False, allow_agent=False)
_, out, error = client.exec_command(command)
seen = {"out": out.read().decode(), "error": error.read().decode(), "status": out.channel.recv_exit_status()}
shell = client.invoke_shell("dumb", 100, 30)
shell.send("stty size; echo 41111111''11111111; exit\n")
text = ""
limit = time.time() + 20
while time.time() < limit:
    part = shell.recv(65536)
    if not part:
        break
    text += part.decode(errors="replace")
seen["shell"] = text
client.close()
print(json.dumps(seen))

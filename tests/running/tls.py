"""Ends TLS in front of the stand-in, as a load balancer does: tls.py PORT CERTIFICATE KEY BACKEND_PORT.

Prints its port, then a line for each connection and for each request. Serves /calendar.ics itself.
"""
import asyncio
import ssl
import sys

_, port, certificate, key, backend = sys.argv
CALENDAR = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test\r\nEND:VCALENDAR\r\n"


def say(line):
    print(line, flush=True)


async def copy(reader, writer):
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except (ConnectionError, ssl.SSLError):
        pass
    finally:
        writer.close()


async def serve(reader, writer):
    say("connection")
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
        writer.close()
        return
    first, *lines = head[:-4].split(b"\r\n")
    say("request " + first.split(b" ")[1].split(b"?")[0].decode())
    if first.split(b" ")[1] == b"/calendar.ics":
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/calendar\r\nConnection: close\r\n")
        writer.write(b"Content-Length: %d\r\n\r\n%s" % (len(CALENDAR), CALENDAR))
        await writer.drain()
        writer.close()
        return
    upgrades = any(line.lower().startswith(b"upgrade:") for line in lines)
    # The stand-in answers this machine only; one request a connection, so that each one passes here.
    kept = [line for line in lines if not line.lower().startswith((b"host:",) if upgrades else (b"host:", b"connection:"))]
    kept.append(b"Host: 127.0.0.1:" + backend.encode())
    if not upgrades:
        kept.append(b"Connection: close")
    inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", int(backend))
    inner_writer.write(b"\r\n".join([first, *kept]) + b"\r\n\r\n")
    await asyncio.gather(copy(reader, inner_writer), copy(inner_reader, writer))


async def main():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    context.set_alpn_protocols(["http/1.1"])
    server = await asyncio.start_server(serve, "0.0.0.0", int(port), ssl=context)
    say("port %d" % server.sockets[0].getsockname()[1])
    await server.serve_forever()


asyncio.run(main())

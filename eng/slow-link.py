#!/usr/bin/env python3
"""A line of some length between two interfaces: every frame arrives so many milliseconds late, both ways, and in order.

slow-link.py INTERFACE INTERFACE MILLISECONDS, until SIGTERM. Not every kernel has netem. Both ends are packet sockets with
virtio-net headers, so that what the kernel leaves for later (checksums, the cutting into segments) goes on with the frame.
"""
import collections
import select
import socket
import sys
import time

SOL_PACKET, PACKET_VNET_HDR, PACKET_IGNORE_OUTGOING, SO_RCVBUFFORCE, ETH_P_ALL = 263, 15, 23, 33, 3
LARGEST = 1 << 17
# What a line of this kind holds, in frames: more is lost, as in any queue.
MOST = 20_000


def end_of(interface):
    end = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    end.setsockopt(SOL_PACKET, PACKET_VNET_HDR, 1)
    end.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
    end.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 32 << 20)
    end.bind((interface, ETH_P_ALL))
    end.setblocking(False)
    return end


def take(end, line, due):
    """All frames that are there."""
    while True:
        try:
            frame = end.recv(LARGEST)
        except BlockingIOError:
            return
        if len(line) < MOST:
            line.append((due, frame))


def give(end, line, now):
    """All frames whose time has come."""
    while line and line[0][0] <= now:
        try:
            end.send(line.popleft()[1])
        except OSError:
            # No room, or the other end is down: a lost frame.
            pass


def main():
    one, other, late = end_of(sys.argv[1]), end_of(sys.argv[2]), float(sys.argv[3]) / 1000
    lines = {one: (collections.deque(), other), other: (collections.deque(), one)}
    ready = select.poll()
    for end in lines:
        ready.register(end, select.POLLIN)
    print("ready", flush=True)
    while True:
        dues = [line[0][0] for line, _ in lines.values() if line]
        ready.poll(max(0.0, (min(dues) - time.monotonic()) * 1000) if dues else None)
        for end, (line, _) in lines.items():
            take(end, line, time.monotonic() + late)
        for line, to in lines.values():
            give(to, line, time.monotonic())


main()

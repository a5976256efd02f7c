"""The copy of a recording for office machines, by program."""

from __future__ import annotations

from aiohttp import web

from web.openapi import NUMBER, Endpoint, record, text
from web.pages import office_copy as pages


async def post_copy(request: web.Request) -> web.Response:
    await pages.begin(request)
    return await pages.progress(request)


async def get_copy(request: web.Request) -> web.Response:
    return await pages.progress(request)


async def get_copy_file(request: web.Request) -> web.StreamResponse:
    return await pages.take(request)


AT = "/hearings/{hearing}/office-copy"
STATE = record(("state", "reached"), state=text("none, waiting, ready or failed"), reached=NUMBER)
ENDPOINTS = (
    Endpoint("POST", AT, post_copy, "Have an H.264 and AAC copy of the recording made", "file", gives=STATE),
    Endpoint("GET", AT, get_copy, "How far that copy is", "file", gives=STATE),
    Endpoint("GET", AT + ".mp4", get_copy_file, "That copy; serves ranges", "file", media="video/mp4"),
)

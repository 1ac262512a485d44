"""HTTP without certificates: httpx's own functions read all the world's for each request, which takes 90 ms."""

from functools import partial

import httpx

get = partial(httpx.get, verify=False)
head = partial(httpx.head, verify=False)
post = partial(httpx.post, verify=False)
put = partial(httpx.put, verify=False)
request = partial(httpx.request, verify=False)
stream = partial(httpx.stream, verify=False)

# SPDX-License-Identifier: MIT
"""A loop is made, used and closed.

Expect: not LEAK
"""

import asyncio


async def two():
    await asyncio.gather(asyncio.sleep(0), asyncio.sleep(0))


def scenario():
    asyncio.run(two())

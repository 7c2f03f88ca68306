"""The web asked safely with aiohttp: addresses checked where the connection is made, bounds on time and size."""

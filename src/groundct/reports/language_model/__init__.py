"""Ask any OpenAI-compatible server for JSON: bounded retries, a cache of what was accepted, a bill.

What is asked and what is accepted is the caller's: `ask` takes a body and a function that checks.
"""

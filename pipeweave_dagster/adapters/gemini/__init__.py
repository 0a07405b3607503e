"""Google Gemini, through whichever of Google's two packages is installed.

The requirements name `google-generativeai`, which is in the default install and has had no support
since November 2025. Its successor `google-genai` (extra `genai`) is used where it is installed: it
starts in a quarter of the time and does not hold protobuf below 6. Requests, replies and records
are the same with both.
"""

from pipeweave_dagster.adapters.gemini.ask import GeminiClient, ask_gemini, package

__all__ = ["GeminiClient", "ask_gemini", "package"]

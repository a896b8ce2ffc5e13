"""Record -> ReasoningTrace[]."""

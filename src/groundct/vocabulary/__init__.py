"""Words as data: anatomy, findings, lung segments and lexicons, in tables that need no Python."""

"""What a tool's own Python finds on its path; imports nothing of groundct, runs from 3.8 on."""

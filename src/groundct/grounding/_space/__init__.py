"""The space that findings are looked for in: crops, closed lungs and the thoracic cavity."""

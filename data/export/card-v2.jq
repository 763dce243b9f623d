# Character Card V2 (JSON), for front ends like SillyTavern
# A file each: ID.json
card_v2 | tojson, "\n"

# Character Card V3 (JSON), for front ends like SillyTavern and RisuAI
# A file each: ID.json
card_v2 | as_v3 | tojson, "\n"

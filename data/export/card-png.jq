# Character Card V2 and V3 in a PNG, for front ends that read pictures
# A file each: ID.png
{id, chara: card_v2, ccv3: card_v3} | tojson, "\n"

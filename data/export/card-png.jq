# Character Card V2 and V3 in a PNG, for front ends that read pictures
# A file each: ID.png
card_v2 as $card | {id, chara: $card, ccv3: ($card | as_v3)} | tojson, "\n"

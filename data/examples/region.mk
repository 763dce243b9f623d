# A region of three villages, as many at once as -j says; each in a folder, then all in region.ndjson.
# A run that was broken off goes on where it was.
#
#	make -f region.mk -j 3						# by dice
#	make -f region.mk -j 3 ANSWER='npc-cache run npc-llm -j 4'	# by the model that is configured
#
# A village is named by its world and its seed. VILLAGES='hansa-1 hansa-8' makes others, ROWS=200 larger ones.

VILLAGES = hansa-1 fallen-water-2 perihelion-3
ROWS = 20
ANSWER = npc-dice

SHELL = bash
.SHELLFLAGS = -e -o pipefail -c
world = $(shell echo $* | sed 's/-[0-9]*$$//')
seed = $(lastword $(subst -, ,$*))

# Ids are those of the village: in the region the village's name stands before them.
region.ndjson: $(VILLAGES:=/characters.ndjson)
	jq -c '(input_filename | split("/")[0]) as $$v | .village = $$v | .id = "\($$v)-\(.id)" | .ties[]?.to |= "\($$v)-\(.)"' $^ > $@

$(VILLAGES:=/characters.ndjson): %/characters.ndjson: %/cast.ndjson
	npc-prompt -r character $< | $(ANSWER) | npc-merge > $@

$(VILLAGES:=/cast.ndjson): %/cast.ndjson:
	mkdir -p $(@D)
	npc-cast -n $(ROWS) -w $(world) -s $(seed) > $@

.DELETE_ON_ERROR:

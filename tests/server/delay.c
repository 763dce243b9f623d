#include "delay.h"

#include <math.h>

#include "num.h"

int delay_parse(struct slice text, struct delay *d, struct err *e)
{
	static const char uniform[] = "uniform:";
	struct slice rest = text, least;

	*d = (struct delay){.uniform = slice_starts(text, uniform)};
	if (d->uniform)
		rest = slice_make(text.ptr + sizeof uniform - 1, text.len - (sizeof uniform - 1));
	least = slice_split(&rest, '-');
	if (num_duration(least, &d->least, e) < 0)
		return -1;
	d->most = d->least;
	if (rest.ptr && num_duration(rest, &d->most, e) < 0)
		return -1;
	if (d->most < d->least)
		return err_set(e, "'%.*s' ends before it begins", SLICE_FMT(text));
	return 0;
}

int64_t delay_draw(const struct delay *d, struct rng *rng)
{
	double least = (double)(d->least > 0 ? d->least : 1), most = (double)d->most, at;

	if (d->most == d->least)
		return d->least;
	at = rng_unit(rng);
	if (d->uniform)
		return d->least + (int64_t)((most - (double)d->least) * at);
	return (int64_t)(least * pow(most / least, at));
}

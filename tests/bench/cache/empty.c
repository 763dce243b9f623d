/* What it takes to start and end at all. */

int main(void)
{
	return 0;
}

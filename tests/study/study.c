/* SPDX-License-Identifier: MIT */

/* Studies as files, verdicts on made numbers, and the dealing of runs. */
#include "core/study/summary.h"
#include "tests/fixture.h"
#include <math.h>

#define HEAD                                                                                                           \
  "{\"name\": \"tiny\", \"title\": \"T\", \"question\": \"Q?\", \"base\": \"digits-vmoe\", "                           \
  "\"values\": {\"run.steps\": 3}"
#define VARIANTS                                                                                                       \
  ", \"variants\": [{\"label\": \"a\", \"title\": \"A\", \"group\": \"G\", \"values\": {\"routing.k\": 1}}, "          \
  "{\"label\": \"b\", \"title\": \"B\", \"group\": \"G\", \"values\": {\"routing.k\": 2}}]"
#define METRICS ", \"metrics\": [\"error\", \"nll\"], \"panels\": [\"nll\"]"
#define CLAIMS ", \"claims\": [{\"claim\": \"C\", \"metric\": \"nll\", \"lower\": \"b\", \"than\": \"a\"}]"

static MsStudy *
parse (const char *json, GError **error)
{
  return ms_study_from_json (json, strlen (json), "mine.json", NULL, error);
}

static void
test_read (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MsStudy) study = parse (HEAD ", \"axis\": \"routing.k\"" VARIANTS METRICS CLAIMS "}", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (study->name, ==, "tiny");
  g_assert_cmpint (study->n_variants, ==, 2);
  g_assert_cmpint (ms_experiment_int (study->variants[1].experiment, MS_KEY_ROUTING_K), ==, 2);
  g_assert_cmpint (ms_experiment_int (study->variants[1].experiment, MS_KEY_RUN_STEPS), ==, 3);
  g_assert_cmpstr (ms_experiment_text (study->variants[0].experiment, MS_KEY_MODEL_DROPOUT), ==, "0.2");
  g_assert_true (study->has_axis && study->axis == MS_KEY_ROUTING_K);
  g_assert_cmpint (study->n_metrics, ==, 2);
  g_assert_cmpint (study->claims[0].kind, ==, MS_CLAIM_LOWER);
  g_assert_cmpint (study->claims[0].variants[0], ==, 1);
  g_assert_cmpint (study->claims[0].variants[1], ==, 0);
  g_assert_null (study->claims[0].source);
}

static void
refuse (const char *json, const char *says)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MsStudy) study = parse (json, &error);
  g_assert_null (study);
  fixture_assert_refused (error, "mine.json", says);
}

static void
test_refusals (void)
{
  refuse ("[1]", "JSON object");
  refuse ("{", "not valid JSON");
  refuse (HEAD ", \"claim\": []" VARIANTS METRICS CLAIMS "}", "did you mean claims");
  refuse (HEAD METRICS CLAIMS "}", "“variants” must be a list of objects");
  refuse (HEAD VARIANTS CLAIMS "}", "“metrics” must be a list of names");
  refuse (HEAD VARIANTS METRICS "}", "mine.json: “claims” must be a list of objects");
  refuse (HEAD ", \"axis\": \"routing.router\"" VARIANTS METRICS CLAIMS "}", "key whose values are numbers");
  refuse (HEAD VARIANTS ", \"metrics\": [\"nil\"], \"panels\": [\"nll\"]" CLAIMS "}", "no metric “nil”");
  refuse (HEAD VARIANTS ", \"metrics\": [\"nll\"], \"panels\": [\"nll\", \"ece\", \"nll\"]" CLAIMS "}",
          "“panels” names “nll” twice");
  refuse (HEAD VARIANTS METRICS ", \"claims\": [{\"claim\": \"C\", \"metric\": \"nll\", \"falls\": [\"a\", \"b\"], "
                                "\"than\": \"a\"}]}",
          "“than” goes with lower and higher");
  refuse (HEAD VARIANTS METRICS ", \"claims\": [{\"claim\": \"C\", \"metric\": \"nll\", \"lower\": \"c\", \"than\": "
                                "\"a\"}]}",
          "claim 1: there is no variant “c”");
  refuse (HEAD VARIANTS METRICS ", \"claims\": [{\"claim\": \"C\", \"metric\": \"nll\"}]}", "exactly one of lower");
  refuse (HEAD VARIANTS METRICS ", \"claims\": [{\"claim\": \"C\", \"metric\": \"nll\", \"falls\": [\"a\"]}]}",
          "at least two");
  refuse (HEAD METRICS CLAIMS ", \"variants\": [{\"label\": \"a\", \"title\": \"A\", \"group\": \"G\", \"values\": "
                              "{\"routing.k\": 9}}]}",
          "variant a: ");
  refuse (HEAD METRICS CLAIMS ", \"variants\": [{\"label\": \"../a\", \"title\": \"A\", \"group\": \"G\", \"values\": "
                              "{}}]}",
          "lower-case letters");
  refuse (HEAD METRICS CLAIMS ", \"variants\": [{\"label\": \"a\", \"title\": \"A\", \"group\": \"G\", \"values\": "
                              "{}}, {\"label\": \"a\", \"title\": \"A\", \"group\": \"G\", \"values\": {}}]}",
          "another variant has this label");
  refuse ("{\"name\": \"tiny\", \"title\": \"T\", \"question\": \"Q?\", \"base\": \"nothing\"" VARIANTS METRICS CLAIMS
          "}",
          "is no preset");
}

static void
test_unknown (void)
{
  g_autoptr (GError) error = NULL;
  g_assert_null (ms_study_load ("ensemble", NULL, &error));
  fixture_assert_refused (error, "ensemble", "did you mean ensembles");
  g_assert_null (ms_study_load ("something else", NULL, &error));
  fixture_assert_refused (error, "something else", "there are ensembles, km-grid");
}

/* Every bundled study is whole, on the bundled digits and on somebody's files. */
static void
test_bundled (void)
{
  g_assert_cmpint (ms_studies_count (), ==, 5);
  for (int i = 0; i < ms_studies_count (); i++)
    for (int files = 0; files < 2; files++)
      {
        g_autoptr (GError) error = NULL;
        g_autoptr (MsStudy) study = ms_study_load (ms_study_at (i)->name, files ? "/somewhere" : NULL, &error);
        g_assert_no_error (error);
        g_assert_cmpstr (study->name, ==, ms_study_at (i)->name);
        g_assert_cmpint (study->n_claims, >, 0);
        for (int v = 0; v < study->n_variants; v++)
          g_assert_cmpstr (ms_experiment_text (study->variants[v].experiment, MS_KEY_TASK_PATH), ==,
                           files ? "/somewhere" : "");
      }
}

/* The verdict on @kind for variants 0 and 1 whose NLLs are @a and @b in three seeds. */
static MsVerdict
judge (MsClaimKind kind, const double *a, const double *b)
{
  double values[2][MS_N_STUDY_METRICS][3];
  int variants[] = { 0, 1 };
  MsStudyClaim claim = { .kind = kind, .metric = MS_STUDY_METRIC_nll, .n = 2, .variants = variants };
  for (int m = 0; m < MS_N_STUDY_METRICS; m++)
    for (int s = 0; s < 3; s++)
      {
        values[0][m][s] = m == MS_STUDY_METRIC_nll ? a[s] : 1000;
        values[1][m][s] = m == MS_STUDY_METRIC_nll ? b[s] : -1000;
      }
  MsClaimResult result = ms_claim_judge (&claim, &values[0][0][0], 3);
  g_free (result.difference);
  return result.verdict;
}

static void
test_verdicts (void)
{
  /* b lies 0.03 ± 0.006 below a, though each of them varies by more than that */
  const double a[] = { 0.50, 0.60, 0.70 }, b[] = { 0.46, 0.57, 0.68 }, absent[] = { NAN, NAN, NAN };
  const double noisy[] = { 0.40, 0.66, 0.68 }, zero[] = { 0, 0, 0 }, nearly[] = { 0, 1e-12, 0 };
  g_assert_cmpint (judge (MS_CLAIM_LOWER, b, a), ==, MS_VERDICT_HELD);
  g_assert_cmpint (judge (MS_CLAIM_LOWER, a, b), ==, MS_VERDICT_FAILED);
  g_assert_cmpint (judge (MS_CLAIM_HIGHER, a, b), ==, MS_VERDICT_HELD);
  g_assert_cmpint (judge (MS_CLAIM_HIGHER, b, a), ==, MS_VERDICT_FAILED);
  g_assert_cmpint (judge (MS_CLAIM_FALLS, a, b), ==, MS_VERDICT_HELD);
  g_assert_cmpint (judge (MS_CLAIM_RISES, a, b), ==, MS_VERDICT_FAILED);
  g_assert_cmpint (judge (MS_CLAIM_RISES, b, a), ==, MS_VERDICT_HELD);
  g_assert_cmpint (judge (MS_CLAIM_LOWER, noisy, a), ==, MS_VERDICT_UNDECIDED);
  g_assert_cmpint (judge (MS_CLAIM_LOWER, a, a), ==, MS_VERDICT_UNDECIDED);
  g_assert_cmpint (judge (MS_CLAIM_LOWER, a, absent), ==, MS_VERDICT_ABSENT);
  g_assert_cmpint (judge (MS_CLAIM_ZERO, zero, zero), ==, MS_VERDICT_HELD);
  g_assert_cmpint (judge (MS_CLAIM_ZERO, zero, nearly), ==, MS_VERDICT_FAILED);
  g_assert_cmpint (judge (MS_CLAIM_ZERO, absent, zero), ==, MS_VERDICT_ABSENT);
}

/* A row of variants falls only if each step does. */
static void
test_monotone (void)
{
  static const struct {
    double nll[3];
    MsVerdict verdict;
  } cases[] = { { { 0.5, 0.4, 0.3 }, MS_VERDICT_HELD },
                { { 0.5, 0.4, 0.4 }, MS_VERDICT_UNDECIDED },
                { { 0.5, 0.3, 0.4 }, MS_VERDICT_FAILED },
                { { 0.5, 0.5, 0.6 }, MS_VERDICT_FAILED } };
  int variants[] = { 0, 1, 2 };
  MsStudyClaim claim = { .kind = MS_CLAIM_FALLS, .metric = MS_STUDY_METRIC_nll, .n = 3, .variants = variants };
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      double values[3][MS_N_STUDY_METRICS][2] = { 0 };
      for (int v = 0; v < 3; v++)
        for (int s = 0; s < 2; s++)
          values[v][MS_STUDY_METRIC_nll][s] = cases[i].nll[v] + 0.25 * s;
      MsClaimResult result = ms_claim_judge (&claim, &values[0][0][0], 2);
      g_assert_cmpint (result.verdict, ==, cases[i].verdict);
      g_assert_cmpint (result.n, ==, 2);
      g_assert_cmpfloat_with_epsilon (result.difference[0].mean, cases[i].nll[1] - cases[i].nll[0], 1e-12);
      g_free (result.difference);
    }
}

/* Each run is dealt once, and with any number of shares no variant always falls to the same one. */
static void
test_deal (void)
{
  for (int V = 2; V <= 12; V++)
    {
      int seen[12][5] = { 0 }, shares[12] = { 0 };
      for (int i = 0; i < 5 * V; i++)
        {
          int variant, seed;
          ms_campaign_deal (V, i, &variant, &seed);
          seen[variant][seed]++;
          shares[variant] |= 1 << i % V;
        }
      for (int v = 0; v < V; v++)
        {
          for (int s = 0; s < 5; s++)
            g_assert_cmpint (seen[v][s], ==, 1);
          g_assert_cmpint (__builtin_popcount ((unsigned) shares[v]), ==, MIN (V, 5));
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/study/study/read", test_read);
  g_test_add_func ("/study/study/refusals", test_refusals);
  g_test_add_func ("/study/study/unknown", test_unknown);
  g_test_add_func ("/study/study/bundled", test_bundled);
  g_test_add_func ("/study/study/verdicts", test_verdicts);
  g_test_add_func ("/study/study/monotone", test_monotone);
  g_test_add_func ("/study/study/deal", test_deal);
  return fixture_run ();
}

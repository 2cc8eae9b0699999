/* SPDX-License-Identifier: MIT */

#include "core/tasks/table.h"

#include "tests/fixture.h"

#include <locale.h>
#include <zlib.h>

static void
parse (MsTable *table, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *exact = g_memdup2 (text, strlen (text));
  ms_table_parse (table, exact, strlen (text), "t.csv", &error);
  g_assert_no_error (error);
}

static void
check (const char *text, int n, int n_features, float first, float last, const char *classes)
{
  g_auto (MsTable) table = { 0 };
  parse (&table, text);
  g_assert_cmpuint (table.examples.n, ==, n);
  g_assert_cmpint (table.n_features, ==, n_features);
  g_assert_cmpfloat (table.examples.x[0], ==, first);
  g_assert_cmpfloat (table.examples.x[n * n_features - 1], ==, last);
  g_autofree char *names = table.class_names != NULL ? g_strjoinv ("|", table.class_names) : NULL;
  g_assert_cmpstr (names, ==, classes);
}

static void
test_forms (void)
{
  check ("1,2,0\n3,4.5,1\n", 2, 2, 1, 4.5f, NULL);
  check ("1;2;cat\n3;-4.5e-1;ant", 2, 2, 1, -0.45f, "ant|cat"); /* the last line has no end */
  check ("1\t2\t1\r\n3\t4\t-1\r\n\r\n", 2, 2, 1, 4, "-1|1");
  check ("a,b,c\n1,2,0\n3,4,1\n", 2, 2, 1, 4, NULL); /* a header of words */
  check ("\xef\xbb\xbf\"class\",\"x, or y\"\n\"no\", 2 \n\"say \"\"yes\"\"\",4\n", 2, 1, 2, 4, "no|say \"yes\"");
  check ("0,1,label\n5,6,1\n7,8,0\n", 2, 2, 5, 8, NULL); /* columns called 0 and 1 */
  check ("Y,a\n1,5\n0,6\n", 2, 1, 5, 6, NULL);
  check (",a,target\n0,5,1\n1,6,0\n", 2, 1, 5, 6, NULL); /* pandas' row numbers */
  check ("5,y\n6,n\n", 2, 1, 5, 6, "n|y");               /* a class called y is no header */
  check ("1,10\n1,9\n1,2\n", 3, 1, 1, 1, "2|9|10");       /* numbers in their own order */
}

static void
test_class_numbers (void)
{
  g_auto (MsTable) table = { 0 };
  parse (&table, "1,zebra\n2,ant\n3,zebra\n4,bee\n");
  g_assert_cmpint (table.n_classes, ==, 3);
  g_assert_true (table.examples.y[0] == 2 && table.examples.y[1] == 0 && table.examples.y[3] == 1);
}

/* A decimal comma of the user's language changes nothing. */
static void
test_locale (void)
{
  if (setlocale (LC_NUMERIC, "de_DE.UTF-8") == NULL)
    g_test_message ("no German locale here; the parser is still asked");
  check ("1.5,0\n2.5,1\n", 2, 1, 1.5f, 2.5f, NULL);
  setlocale (LC_NUMERIC, "C");
}

static void
test_refusals (void)
{
  static const struct
  {
    const char *text, *place, *says;
  } cases[] = {
    { "", "t.csv, line 1", "empty" },
    { "\n \n", "t.csv, line 3", "empty" },
    { "1\n2\n", "t.csv, line 1", "only one column" },
    { "1,2,0\n3,nan,1\n", "t.csv, line 2, column 2", "“nan” is not a finite" },
    { "1,2,0\n3,inf,1\n", "t.csv, line 2, column 2", "“inf” is not a finite" },
    { "1,2,0\n3,1e400,1\n", "t.csv, line 2, column 2", "“1e400” is not a finite" },
    { "1,2,0\n3,1e39,1\n", "t.csv, line 2, column 2", "“1e39” is not a finite" },
    { "1,2,0\n3,0x10,1\n", "t.csv, line 2, column 2", "“0x10” is not" },
    { "1,2,0\n3,,1\n", "t.csv, line 2, column 2", "the cell is empty" },
    { "size,weight,class\n1,2,0\n3,heavy,1\n", "t.csv, line 3, column 2 (weight)", "“heavy” is not" },
    { "1,2,0\n3,4,5,1\n", "t.csv, line 2", "at least 4 columns, the first line has 3" },
    { "1,2,0\n3,1\n", "t.csv, line 2", "has 2 columns, the first line has 3" },
    { "1,2,0\n3,4,\n", "t.csv, line 2, column 3", "the class is missing" },
    { "1,2,0\n3,4,1.5\n", "t.csv, line 2, column 3", "whole numbers or words" },
    { "1,2,0\n3,4,\xff\xfe\n", "t.csv, line 2, column 3", "UTF-8" },
    { "1,2,0\n3,4,0\n", "t.csv, line 3", "at least two classes" },
    { "1,2,0\n", "t.csv, line 2", "fewer than two rows" },
    { "a,b,c\n", "t.csv, line 2", "fewer than two rows" },
    { "1,\xff\xfe\xfd\xfc,0\n2,1,1", "t.csv, line 1, column 2", "is not a finite" },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_auto (MsTable) table = { 0 };
      g_assert_false (ms_table_parse (&table, cases[i].text, strlen (cases[i].text), "t.csv", &error));
      g_assert_null (table.examples.x);
      fixture_assert_refused (error, cases[i].place, cases[i].says);
    }
  g_autoptr (GError) error = NULL;
  g_auto (MsTable) table = { 0 };
  g_assert_false (ms_table_parse (&table, "1\0,2", 4, "t.csv", &error)); /* UTF-16, or no text at all */
  fixture_assert_refused (error, "t.csv", "zero bytes");
}

static void
test_many_classes (void)
{
  g_autoptr (GError) error = NULL;
  g_auto (MsTable) table = { 0 };
  g_autoptr (GString) text = g_string_new (NULL);
  for (int i = 0; i < 1001; i++)
    g_string_append_printf (text, "1,c%d\n", i);
  g_assert_false (ms_table_parse (&table, text->str, text->len, "t.csv", &error));
  fixture_assert_refused (error, "t.csv, line 1001", "more than 1000 different classes");
}

/* Through the registry: split, standardised, gunzipped. */
static void
test_load (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GString) text = g_string_new ("a,b,kind\n");
  for (int i = 0; i < 50; i++)
    g_string_append_printf (text, "%d,3.5,%s\n", i, i % 5 ? "often" : "seldom");
  g_autofree char *plain = fixture_text ("plain.csv", text->str), *packed = fixture_path ("packed.csv.gz");
  gzFile gz = gzopen (packed, "wb");
  g_assert_cmpint (gzwrite (gz, text->str, (unsigned) text->len), ==, text->len);
  gzclose (gz);
  const char *paths[2] = { plain, packed };
  for (int p = 0; p < 2; p++)
    {
      MsDatasetSpec spec = { .name = "csv", .path = paths[p], .test_fraction = 0.2, .seed = 3 };
      g_autoptr (MsDataset) data = ms_dataset_load (&spec, &error);
      g_assert_no_error (error);
      double sum = 0, squares = 0;
      g_assert_true (!data->image && !data->plane && data->width == 2 && data->n_test == 10 && data->n_train == 40);
      g_assert_cmpstr (data->class_names[1], ==, "seldom");
      for (int i = 0; i < 40; i++)
        {
          sum += (double) data->train_x[2 * i];
          squares += (double) (data->train_x[2 * i] * data->train_x[2 * i]);
          g_assert_true (data->train_x[2 * i + 1] == 0.0f);
        }
      g_assert_cmpfloat_with_epsilon (sum, 0, 1e-5);
      g_assert_cmpfloat_with_epsilon (squares, 40, 1e-4);
    }
  MsDatasetSpec spec = { .name = "csv", .path = "/nowhere.csv", .test_fraction = 0.2 };
  g_assert_null (ms_dataset_load (&spec, &error));
  fixture_assert_refused (error, "/nowhere.csv", "No such file");
  spec.path = fixture_dir ();
  g_assert_null (ms_dataset_load (&spec, &error));
  fixture_assert_refused (error, fixture_dir (), "Is a directory");
}

int
main (int argc, char **argv)
{
  g_setenv ("LC_ALL", "C", TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/csv/forms", test_forms);
  g_test_add_func ("/csv/class-numbers", test_class_numbers);
  g_test_add_func ("/csv/locale", test_locale);
  g_test_add_func ("/csv/refusals", test_refusals);
  g_test_add_func ("/csv/many-classes", test_many_classes);
  g_test_add_func ("/csv/load", test_load);
  return fixture_run ();
}

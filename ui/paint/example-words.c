/* SPDX-License-Identifier: MIT */

#include "ui/paint/example-words.h"

#include "ui/paint/tokens.h"

void
ms_words_example (GString *text, const MsRecord *record, int n)
{
  int predicted = ms_record_predicted (record, n);

  g_string_append_printf (text, "%s %d", record->patch > 0 ? "image" : "example", n);
  if (record->plane && record->width >= 2 && record->inputs != NULL)
    g_string_append_printf (text, " at (%s, %s)", ms_number_fixed ((double) record->inputs[2 * n], 2).text,
                            ms_number_fixed ((double) record->inputs[2 * n + 1], 2).text);
  if (record->labels != NULL)
    g_string_append_printf (text, ", label %s", ms_record_class (record, record->labels[n]).text);
  if (predicted >= 0)
    g_string_append_printf (text, ", predicted %s", ms_record_class (record, predicted).text);
}

void
ms_words_token (GString *text, const MsRecord *record, int token)
{
  int p = ms_token_patch (record, token), across = ms_record_across (record);

  if (p < 0)
    g_string_append (text, "class token");
  else if (across > 0)
    g_string_append_printf (text, "patch in row %d, column %d", p / across + 1, p % across + 1);
  else if (record->tokens > 1)
    g_string_append_printf (text, "token %d", p);
}

/* SPDX-License-Identifier: MIT */

/* Numbers as text and back, the same in every locale. */
#pragma once

#include <stdbool.h>

#define MS_NUMBER_SIZE 32

/* The shortest decimal text that reads back as exactly @value, without an exponent where that is readable ("0.005",
 * "64", "1e-8"); "nan", "inf" and "-inf" for the rest. Writes into and returns @text. */
char *ms_number_text (char text[MS_NUMBER_SIZE], double value);

/* Reads a whole decimal number, blanks around it allowed. False for anything else: empty, trailing text, hexadecimal,
 * not finite. */
bool ms_number_read (const char *text, double *value);

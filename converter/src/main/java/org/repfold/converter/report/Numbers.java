package org.repfold.converter.report;

import java.util.Locale;

/** Numbers as people read them, the same in every locale. */
final class Numbers {
  static final String NONE = "\u2013";

  private static final String SUPERSCRIPTS =
      "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079";
  private static final String[] UNITS = {"", " k", " M", " G", " T", " P"};

  private Numbers() {}

  /** As {@link String#format}, whatever the locale. */
  static String format(String pattern, Object... arguments) {
    return String.format(Locale.ROOT, pattern, arguments);
  }

  /** All digits, in groups of three. */
  static String count(long value) {
    return format("%,d", value);
  }

  /** Three digits and a decimal prefix. */
  static String compact(double value) {
    int unit = 0;
    while (Math.abs(value) >= 999.5 && unit < UNITS.length - 1) {
      value /= 1000;
      unit++;
    }
    return significant(value) + UNITS[unit];
  }

  /** Three significant digits; from 1000 on all digits before the point. */
  static String significant(Double value) {
    if (value == null || !Double.isFinite(value)) {
      return NONE;
    }
    double size = Math.abs(value);
    if (value == Math.rint(value) && size < 1000) {
      return format("%.0f", value);
    }
    int decimals = size >= 99.95 ? 0 : size >= 9.995 ? 1 : size >= 0.9995 ? 2 : 3;
    return format("%,." + decimals + "f", value);
  }

  /** Three significant digits times a power of ten, unless the number is of handy size. */
  static String scientific(Double value) {
    if (value == null || !Double.isFinite(value)) {
      return NONE;
    }
    double size = Math.abs(value);
    if (value == 0 || size >= 0.01 && size < 10_000) {
      return significant(value);
    }
    String[] parts = format("%.2e", value).split("e");
    return parts[0] + "\u2009\u00d7\u2009" + power(Integer.parseInt(parts[1]));
  }

  /** A power of ten. */
  static String power(int exponent) {
    StringBuilder text = new StringBuilder("10");
    for (char c : Integer.toString(exponent).toCharArray()) {
      text.append(c == '-' ? '\u207b' : SUPERSCRIPTS.charAt(c - '0'));
    }
    return text.toString();
  }

  /** A share in percent, of which only all is 100 %. */
  static String percent(Double share) {
    if (share == null || !Double.isFinite(share)) {
      return NONE;
    }
    double rounded = Math.rint(share * 10_000) / 100;
    rounded = share < 1 ? Math.min(rounded, 99.99) : rounded;
    return format(rounded == 100 ? "%.0f\u2009%%" : "%.2f\u2009%%", rounded);
  }

  static String times(double factor) {
    return significant(factor) + "\u00d7";
  }
}

package org.repfold.converter.trained;

import java.awt.geom.Path2D;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Letters and digits as lines to be drawn with a pen. Fonts would be the machine's; these look the
 * same everywhere, also where there are no fonts or no font library, as Java2D's lines need
 * neither.
 *
 * <p>Each letter is written as strokes, each stroke as points: two digits, x from 0 to 4 and y from
 * 0 (how far letters reach below the line) over 2 (the line) and 6 (small letters) to 8 (capitals).
 */
final class StrokeLetters {
  /** The width of a letter with the gap to the next, in units of the points. */
  static final double ADVANCE = 6;

  static final double HEIGHT = 8;

  private static final Map<Character, String> STROKES =
      """
      A 022842 1535
      B 020838474635 053544433202
      C 4738180703123243
      D 02082846442202
      E 48080242 0535
      F 480802 0535
      G 47381807031232434525
      H 0208 4248 0545
      J 4843321203
      K 0208 4804 1542
      L 080242
      M 0208254842
      N 02084248
      P 02083847463505
      Q 183847433212030718 2442
      R 02083847463505 2542
      S 473818070615354443321203
      T 0848 2822
      U 080312324348
      V 082248
      W 0812263248
      X 0248 0842
      Y 082548 2522
      Z 08480242
      a 4642 4536160503123243
      b 0802 0516364543321203
      c 4536160503123243
      d 4842 4536160503123243
      e 04444536160503123243
      f 38281712 0636
      g 46413010 4536160503123243
      h 0802 0516364542
      i 2622 2728
      j 262110 2728
      k 0802 4604 1542
      m 0602 05162522 25364542
      n 0602 0516364542
      p 0600 0516364543321203
      q 4640 4536160503123243
      r 0602 05163645
      s 45361605143443321203
      t 18132232 0636
      u 0603123243 4642
      v 062246
      w 0612243246
      y 0622 4610
      z 06460242
      1 172822 1232
      2 07183847460242
      3 071838474635 25354443321203
      4 32380444
      5 4808053544433202
      6 4738180703123243443505
      7 084812
      8 183847463515060718 3544433212030415
      9 0312324347381807061545
      """
          .lines()
          .collect(Collectors.toMap(line -> line.charAt(0), line -> line.substring(2)));

  /** All letters and digits that can be drawn. */
  static final String ALL =
      STROKES.keySet().stream().sorted().map(String::valueOf).collect(Collectors.joining());

  private StrokeLetters() {}

  /** A text from x = 0, its capitals from y = 0 down to the line at y = 6. */
  static Path2D path(String text) {
    Path2D path = new Path2D.Double();
    for (int i = 0; i < text.length(); i++) {
      for (String stroke : STROKES.get(text.charAt(i)).split(" ")) {
        for (int point = 0; point < stroke.length(); point += 2) {
          double x = i * ADVANCE + stroke.charAt(point) - '0';
          double y = HEIGHT - (stroke.charAt(point + 1) - '0');
          if (point == 0) {
            path.moveTo(x, y);
          } else {
            path.lineTo(x, y);
          }
        }
      }
    }
    return path;
  }
}

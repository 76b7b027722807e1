package org.repfold.converter.report;

/** Reports that several tests look at, each made once. */
final class Reports {
  static final Report PASSED = ExampleReport.of(ExampleNet.build(1));
  static final Report FAILED = Broken.fold();
  static final Report REFUTED = Broken.refuted();
  static final Report INFINITE = Broken.infiniteWeight();

  private Reports() {}
}

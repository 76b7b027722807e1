package org.repfold.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import org.repfold.converter.fold.FoldRule;

/** Holds the arrows of docs/architecture.md. */
@AnalyzeClasses(packages = "org.repfold", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

  @ArchTest
  static final ArchRule modulesDependDownwardsOnly =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("graph")
          .definedBy("org.repfold.graph..")
          .layer("converter")
          .definedBy("org.repfold.converter..")
          .layer("zoo")
          .definedBy("org.repfold.zoo..")
          .layer("cli")
          .definedBy("org.repfold.cli..")
          .whereLayer("cli")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("zoo")
          .mayOnlyBeAccessedByLayers("cli")
          .whereLayer("converter")
          .mayOnlyBeAccessedByLayers("zoo", "cli");

  @ArchTest
  static final ArchRule theGraphNeedsNoFramework =
      noClasses()
          .that()
          .resideInAPackage("org.repfold.graph..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.nd4j..", "org.deeplearning4j..", "org.bytedeco..");

  @ArchTest
  static final ArchRule foldsNeedNeitherFrameworkNorFiles =
      noClasses()
          .that()
          .resideInAnyPackage("org.repfold.converter.fold..", "org.repfold.converter.lower..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "org.nd4j..",
              "org.deeplearning4j..",
              "org.repfold.converter.io..",
              "java.nio.file..");

  @ArchTest
  static final ArchRule rulesStandWhereTheyAreLookedFor =
      classes()
          .that()
          .implement(FoldRule.class)
          .should()
          .resideInAnyPackage("org.repfold.converter.fold.rules", "org.repfold.converter.lower");

  @ArchTest
  static final ArchRule packagesFormNoCycle =
      SlicesRuleDefinition.slices()
          .matching("org.repfold.converter.(*)..")
          .should()
          .beFreeOfCycles();
}

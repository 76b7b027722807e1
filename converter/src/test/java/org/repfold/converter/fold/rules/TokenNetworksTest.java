package org.repfold.converter.fold.rules;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.repfold.converter.fold.FoldFixture;
import org.repfold.converter.fold.RandomOperators;
import org.repfold.graph.Movement;
import org.repfold.graph.Operator;
import org.repfold.graph.Pooling;
import org.repfold.graph.Window;

/** Networks over tokens as exporters write them, folded by all rules: no rule knows them. */
class TokenNetworksTest {
  private static final int TOKENS = 4;
  private static final int CHANNELS = 6;

  private final RandomOperators random = new RandomOperators(33);
  private final Tokens tokens = new Tokens(random);

  private String stem() {
    tokens.graph.input("x", -1, 3, 4, 4);
    tokens.graph.add("stem", random.conv(3, CHANNELS, 2, 2, Window.strided(2, 2), 1), "x");
    tokens.graph.add("flat", Movement.Reshape.to(-1, CHANNELS, TOKENS), "stem");
    return tokens.swapped("tokens", "flat");
  }

  private FoldFixture.Folded folded(String last) {
    tokens.graph.add("mean", new Pooling.ReduceMean(List.of(1), false), last);
    tokens.graph.add("y", random.gemm(CHANNELS, 5), "mean");
    return FoldFixture.of(tokens.graph.output("y").build()).withAllRules().folds();
  }

  private String affine(String name, String x) {
    String scaled = tokens.scaled(name + ".alpha", x, 1, 1, CHANNELS);
    return tokens.shifted(name + ".beta", scaled, 1, 1, CHANNELS);
  }

  private String perceptron(String name, String x, int channels) {
    String hidden = tokens.dense(name + ".fc1", x, channels, 8);
    String active = tokens.gelu(name + ".act", hidden);
    return tokens.dense(name + ".fc2", active, 8, channels);
  }

  private String add(String name, String left, String right) {
    return tokens.graph.add(name, new Operator.Add(), left, right);
  }

  @Test
  void ofAResMlpBlockOneScaleAndOneMapRemain() {
    String x = stem();
    String there = tokens.swapped("there", affine("norm1", x));
    String mixed = tokens.swapped("back", tokens.dense("mix", there, TOKENS, TOKENS));
    x = add("skip1", x, tokens.scaled("ls1", mixed, CHANNELS));
    String channels = perceptron("mlp", affine("norm2", x), CHANNELS);
    x = add("skip2", x, tokens.scaled("ls2", channels, CHANNELS));

    folded(affine("norm", x))
        .to(
            "stem flat tokens mix.product back norm1.alpha/scale norm1.alpha/shift skip1"
                + " mlp.fc1.product mlp.fc1 mlp.act.mul/gelu mlp.fc2.product mlp.fc2 skip2 mean y")
        .expecting(Operator.Mul.class, 1);
  }

  @Test
  void ofAMixerBlockTheFirstNormKeepsItsGain() {
    String x = stem();
    String there = tokens.swapped("there", tokens.normalised("norm1", x, CHANNELS));
    String mixed = tokens.swapped("back", perceptron("mlp1", there, TOKENS));
    x = add("skip1", x, mixed);
    x = add("skip2", x, perceptron("mlp2", tokens.normalised("norm2", x, CHANNELS), CHANNELS));

    folded(tokens.normalised("norm", x, CHANNELS))
        .refusing("'there' takes the output of 'norm1'", "norm1", "there")
        .expecting(Operator.LayerNormalization.class, 3)
        .expecting(Operator.Mul.class, 0);
  }

  @Test
  void ofAGmlpBlockNoGainRemains() {
    String x = stem();
    String hidden = tokens.dense("fc1", tokens.normalised("norm", x, CHANNELS), CHANNELS, 16);
    tokens.gelu("act", hidden);
    tokens.graph.add("u", new Movement.Slice(2, 0, 8), "act");
    tokens.graph.add("v", new Movement.Slice(2, 8, 16), "act");
    String there = tokens.swapped("there", tokens.normalised("gate_norm", "v", 8));
    String back = tokens.swapped("back", tokens.dense("proj", there, TOKENS, TOKENS));
    tokens.graph.add("gate", new Operator.Mul(), "u", back);
    x = add("skip", x, tokens.dense("fc2", "gate", 8, CHANNELS));

    folded(x)
        .to(
            "stem flat tokens norm fc1.product fc1 act.mul/gelu act u v gate_norm there proj.product back"
                + " gate_norm/shift gate fc2.product fc2 skip mean y");
  }
}

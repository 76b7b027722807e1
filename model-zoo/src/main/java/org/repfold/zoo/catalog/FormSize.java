package org.repfold.zoo.catalog;

/**
 * How large one form of a network is.
 *
 * @param parameters scalar parameters that training learns; running statistics are not counted
 * @param flops two for each multiply-add of convolutions and dense layers, for one image
 */
public record FormSize(long parameters, long flops) {
  FormSize plus(FormSize other) {
    return new FormSize(parameters + other.parameters, flops + other.flops);
  }

  FormSize minus(FormSize other) {
    return plus(other.times(-1));
  }

  FormSize times(int count) {
    return new FormSize(count * parameters, count * flops);
  }
}

#include "module.h"

#include "base/version.h"
#include "errors.h"

NB_MODULE(_core, module) {
    using namespace bonafide;
    module.doc() = "What bonafide is made of: the C++ side. Import bonafide instead.";
    module.attr("version") = kVersion;
    module.attr("revision") = kRevision;
    python::register_errors();
    python::add_check(module);
    nanobind::module_ faces = module.def_submodule("faces", "Faces in pictures: found, measured, cut out, told apart.");
    python::add_faces(faces);
    nanobind::module_ forge = module.def_submodule("forge", "Fakes for training and testing.");
    python::add_forge(forge);
    nanobind::module_ features =
        module.def_submodule("features", "What the analyzers measure, for training on the same numbers.");
    python::add_features(features);
}
